import { randomUUID } from 'node:crypto'
import type { Refusal } from '#orange/sandbox/refusal'
import type { SandboxSettings } from '#orange/sandbox/settings'

const DAY = 86_400_000

const REFUSALS: Record<SandboxSettings['contract'], string | undefined> = {
  active: undefined,
  expired: 'Expired contract',
  none: 'No contract for this country',
}

/** The bundle that the sends are charged to. */
export class Contract {
  readonly #createdAt: number
  readonly #ids = { id: randomUUID(), developerId: randomUUID(), applicationId: randomUUID() }

  constructor(createdAt: number) {
    this.#createdAt = createdAt
  }

  /** Takes the units of a message from `settings`, or says why it may not. */
  charge(message: string, settings: SandboxSettings): Refusal | undefined {
    const reason = REFUSALS[settings.contract]
    if (reason) return { messageId: 'POL0001', variables: [reason] }

    const units = Math.ceil(message.length / 160)
    if (units > settings.availableUnits) {
      return { messageId: 'POL0001', variables: ['Insufficient balance'] }
    }
    settings.availableUnits -= units
  }

  /** The body of GET /sms/admin/v1/contracts: a bare array. */
  describe(settings: SandboxSettings): object[] {
    if (settings.contract === 'none') return []

    const active = settings.contract === 'active'
    return [
      {
        ...this.#ids,
        type: 'SELFSERVICE',
        country: 'SEN',
        offerName: 'SMS_OCB',
        availableUnits: settings.availableUnits,
        requestedUnits: 0,
        status: active ? 'ACTIVE' : 'EXPIRED',
        expirationDate: this.#instant(active ? 30 : -1),
        creationDate: this.#instant(-60),
        lastUpdateDate: this.#instant(0),
      },
    ]
  }

  #instant(days: number): string {
    return new Date(this.#createdAt + days * DAY).toISOString()
  }
}
