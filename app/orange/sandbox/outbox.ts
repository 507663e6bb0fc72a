import { randomUUID } from 'node:crypto'
import type { SmsRequest } from '#orange/sandbox/sms_request'

/** One SMS that the sandbox accepted, hence "sent". */
export interface AcceptedMessage extends SmsRequest {
  /** UUID v4: the last segment of the resourceURL, and the callbackData of a receipt. */
  resourceId: string

  /** ISO 8601, UTC. */
  acceptedAt: string
}

const KEPT_MESSAGES = 100_000

/** What would have left for handsets, oldest first. Each accepted send is one entry. */
export class Outbox {
  readonly #now: () => number
  #messages: AcceptedMessage[] = []
  #correlators = new Set<string>()

  constructor(now: () => number) {
    this.#now = now
  }

  get messages(): readonly AcceptedMessage[] {
    return this.#messages
  }

  add(sms: SmsRequest): AcceptedMessage {
    const message = {
      ...sms,
      resourceId: randomUUID(),
      acceptedAt: new Date(this.#now()).toISOString(),
    }

    this.#messages.push(message)
    if (this.#messages.length > KEPT_MESSAGES) this.#messages.shift()
    if (sms.clientCorrelator) this.#correlators.add(sms.clientCorrelator)
    return message
  }

  knows(clientCorrelator: string | undefined): boolean {
    return clientCorrelator !== undefined && this.#correlators.has(clientCorrelator)
  }

  clear(): void {
    this.#messages = []
    this.#correlators.clear()
  }
}
