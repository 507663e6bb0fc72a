import { GatewayError } from '#shared/gateway_error'
import { failureCode } from '#shared/failure_code'

type PurgeRefusal =
  | 'chain_broken'
  | 'checkpoint_disagrees'
  | 'checkpoint_forged'
  | 'checkpoint_key_unknown'
  | 'purge_mark_forged'
  | 'purge_mark_key_unknown'

const TRUST_KEY =
  'is signed by a key that is not trusted here. Name its public key in AUDIT_TRUSTED_PUBLIC_KEYS.'

const REASONS: Record<PurgeRefusal, string> = {
  chain_broken:
    'The events that are old enough do not verify, and removing them would remove the traces. Run audit:verify.',
  checkpoint_disagrees:
    'A checkpoint tells another fingerprint than the event that it names. Run audit:verify.',
  checkpoint_forged: 'The signature of a checkpoint is wrong. Run audit:verify.',
  checkpoint_key_unknown: `A checkpoint that the purge would end at ${TRUST_KEY}`,
  purge_mark_forged:
    'The signature of the newest purge mark is wrong: somebody else wrote it. Run audit:verify.',
  purge_mark_key_unknown: `The newest purge mark ${TRUST_KEY}`,
}

/** What is there is not what it should be: nothing of it is removed. */
export class PurgeRefused extends GatewayError {
  /** Number of the first event that does not verify. */
  readonly firstBadSeq?: number

  constructor(code: PurgeRefusal, firstBadSeq?: number) {
    const where = firstBadSeq === undefined ? '' : ` First bad event: ${firstBadSeq}.`
    super(REASONS[code] + where, { code, status: 409, retryable: false })
    this.firstBadSeq = firstBadSeq
  }
}

/** The clock says that more time has passed than the trail has seen. */
export class ClockImplausible extends GatewayError {
  /** @param seq the event after which nothing was recorded for too long */
  constructor(seq: number) {
    super(
      `After event ${seq} more than two days passed without any event: the clock may have jumped ahead, and too much ` +
        'would be removed. If the gateway stood still and the time is right: audit:purge --trust-clock.',
      { code: 'clock_implausible', status: 409, retryable: false }
    )
  }
}

/** Other processes changed what was planned, again and again. */
export class PurgeOvertaken extends GatewayError {
  constructor() {
    super('Another purge or new legal holds came in between. Try again.', {
      code: 'purge_overtaken',
      status: 409,
      retryable: true,
    })
  }
}

/** They are erased from the trail, but not from what SQLite wrote last. */
export class ErasedValuesLinger extends GatewayError {
  constructor(count: number) {
    super(
      `${count} personal values were erased, but somebody reads the database, so its file -wal still holds what was erased. Run it again.`,
      { code: 'erased_values_linger', status: 503, retryable: true }
    )
  }
}

export class UnknownHold extends GatewayError {
  constructor() {
    super('There is no legal hold with this id.', {
      code: 'hold_unknown',
      status: 404,
      retryable: false,
    })
  }
}

export class HoldReleased extends GatewayError {
  constructor() {
    super('This legal hold is released already.', {
      code: 'hold_released',
      status: 409,
      retryable: false,
    })
  }
}

/** Legal holds are kept in the database, and it does not answer. */
export class HoldsUnavailable extends GatewayError {
  /** The database's own code for what went wrong. */
  readonly reason: string

  constructor(error: unknown) {
    super('Legal holds cannot be looked up or changed at the moment.', {
      code: 'holds_unavailable',
      status: 503,
      retryable: true,
      retryAfterMs: 5_000,
    })
    this.reason = failureCode(error)
  }
}
