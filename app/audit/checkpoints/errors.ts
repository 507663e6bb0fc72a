import { GatewayError } from '#shared/gateway_error'

export class NothingToAcknowledge extends GatewayError {
  constructor() {
    super('The audit trail is not shorter than its checkpoints say: nothing was rolled back.', {
      code: 'nothing_to_acknowledge',
      status: 409,
      retryable: false,
    })
  }
}

/** A place outside the database has not taken a checkpoint; the next one is tried again. */
export class NotKept extends GatewayError {
  /** @param code why, as a word for programs */
  constructor(code: string) {
    super('The checkpoint was not taken.', { code, status: 503, retryable: true })
  }
}
