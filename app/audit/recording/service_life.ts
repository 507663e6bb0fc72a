import type { AuditEvent, EventRecorder } from '#shared/event_recorder'
import type { Cancel, Clock } from '#shared/clock'

export interface ServiceLifeOptions {
  recorder: EventRecorder
  clock: Clock

  /** Time between two tries to record the start, in milliseconds. */
  retryMs: number

  /** What is recorded with the start, e.g. the version that runs. */
  details: AuditEvent['details']
}

const SERVICE = { type: 'service', id: 'orange-sms-gateway' }

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
    await this.#tryRecording({ type: 'service.stopped', outcome: 'success', target: SERVICE })
  }

  async #recordStart(): Promise<void> {
    if (!this.#unrecordedStart) return

    if (await this.#tryRecording(this.#unrecordedStart)) {
      this.#unrecordedStart = undefined
      return
    }

    if (this.#stopping) return
    this.#cancel = this.#options.clock.after(this.#options.retryMs, () => {
      this.#running = this.#recordStart()
    })
  }

  /** The recorder rejects with its own error only, and has logged why. */
  async #tryRecording(event: AuditEvent): Promise<boolean> {
    return this.#options.recorder.record(event).then(
      () => true,
      () => false
    )
  }
}
