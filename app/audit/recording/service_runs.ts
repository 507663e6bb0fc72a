import { randomUUID } from 'node:crypto'
import type { AuditStore } from '#audit/stores/audit_store'
import type { ServiceRun, ServiceRunStore } from '#audit/stores/service_run_store'
import type { Clock } from '#shared/clock'
import type { AuditEvent, EventRecorder } from '#shared/event_recorder'

export interface ServiceRunsParts {
  store: AuditStore
  runs: ServiceRunStore
  recorder: EventRecorder
  clock: Clock

  /** How this process is named in the events that it writes. */
  instanceId: string
}

export const SERVICE = { type: 'service', id: 'orange-sms-gateway' }

/** This run of the service among all that serve on the same trail. */
export class ServiceRuns {
  readonly #parts: ServiceRunsParts
  readonly #own: Omit<ServiceRun, 'seenAt'>

  constructor(parts: ServiceRunsParts) {
    const { clock, instanceId } = parts
    this.#parts = parts
    this.#own = { runId: randomUUID(), instanceId, startedAt: instant(clock.now()) }
  }

  /** Says that this run is alive. @returns the others, alive or dead */
  beat(): Promise<ServiceRun[]> {
    const { runs, clock } = this.#parts
    return runs.seen({ ...this.#own, seenAt: instant(clock.now()) })
  }

  /** Records how this run ended: nobody will miss it. */
  end(event: AuditEvent): Promise<void> {
    const { store, runs, recorder } = this.#parts

    return store.transaction(async (trx) => {
      await store.lock(trx)
      await recorder.record(event, trx)
      await runs.remove(trx, this.#own.runId)
    })
  }

  /** Looks again under the lock: another process may have found it, or it may be back. */
  crashed(run: ServiceRun): Promise<void> {
    const { store, runs, recorder } = this.#parts

    return store.transaction(async (trx) => {
      await store.lock(trx)
      if (await runs.removeSilent(trx, run)) await recorder.record(crashOf(run), trx)
    })
  }
}

function crashOf({ instanceId, startedAt, seenAt }: ServiceRun): AuditEvent {
  return {
    type: 'service.crashed',
    outcome: 'failure',
    severity: 'high',
    reasonCode: 'no_sign_of_life',
    target: SERVICE,
    details: { crashedInstance: instanceId, startedAt, lastSeenAt: seenAt },
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}
