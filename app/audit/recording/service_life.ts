import { SERVICE, type ServiceRuns } from '#audit/recording/service_runs'
import type { Cancel, Clock } from '#shared/clock'
import type { AuditEvent, EventRecorder } from '#shared/event_recorder'

export interface ServiceLifeOptions {
  recorder: EventRecorder
  runs: Pick<ServiceRuns, 'end'>
  clock: Clock

  /** Time between two tries to record the start, in milliseconds. */
  retryMs: number

  /** What is recorded with the start, e.g. the version that runs. */
  details: AuditEvent['details']
}

/**
 * Records when the service started and stopped. A database that is down delays the
 * record, never the service; the recorder logs the outage.
 */
export class ServiceLife {
  readonly #options: ServiceLifeOptions

  /** The start that is not recorded yet. */
  #unrecordedStart?: AuditEvent
  #running: Promise<void> = Promise.resolve()
  #cancel: Cancel = () => {}
  #stopping = false

  constructor(options: ServiceLifeOptions) {
    this.#options = options
  }

  /** Records the start in the background, as often as it takes. */
  start(): void {
    const { clock, details } = this.#options

    this.#unrecordedStart = {
      type: 'service.started',
      outcome: 'success',
      occurredAt: clock.now(),
      target: SERVICE,
      details,
    }
    this.#running = this.#recordStart()
  }

  /** Records the end, and the start before it if that is still due. Tries once. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#cancel()
    await this.#running

    await this.#recordStart()
    if (this.#unrecordedStart) return
    await this.#recordEnd({ type: 'service.stopped', outcome: 'success', target: SERVICE })
  }

  /**
   * Records that an error ends the service which nobody caught. Tries once.
   *
   * @param code the kind of the error, never its text
   */
  async crash(reasonCode: string, code: string): Promise<void> {
    this.#stopping = true
    this.#cancel()
    await this.#recordEnd({
      type: 'service.crashed',
      outcome: 'failure',
      severity: 'high',
      reasonCode,
      target: SERVICE,
      details: { code },
    })
  }

  async #recordStart(): Promise<void> {
    if (!this.#unrecordedStart) return

    if (await succeeds(this.#options.recorder.record(this.#unrecordedStart))) {
      this.#unrecordedStart = undefined
      return
    }

    if (this.#stopping) return
    this.#cancel = this.#options.clock.after(this.#options.retryMs, () => {
      this.#running = this.#recordStart()
    })
  }

  async #recordEnd(event: AuditEvent): Promise<void> {
    await succeeds(this.#options.runs.end(event))
  }
}

/** The recorder has logged why, if not. */
function succeeds(recorded: Promise<void>): Promise<boolean> {
  return recorded.then(
    () => true,
    () => false
  )
}
