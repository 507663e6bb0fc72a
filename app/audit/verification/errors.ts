import { failureCode } from '#shared/failure_code'
import { GatewayError } from '#shared/gateway_error'

/** The trail cannot be read, which says nothing about whether it is valid. */
export class VerificationUnavailable extends GatewayError {
  /** The code of what went wrong: of the database, or of the file with the checkpoints. */
  readonly reason: string

  constructor(error: unknown) {
    super('The audit trail cannot be read at the moment, so it was not verified.', {
      code: 'verification_unavailable',
      status: 503,
      retryable: true,
      retryAfterMs: 5_000,
    })
    this.reason = failureCode(error)
  }
}
