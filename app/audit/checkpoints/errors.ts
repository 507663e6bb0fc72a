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
