import { GatewayError } from '#shared/gateway_error'

export class SmsDisabled extends GatewayError {
  constructor() {
    super('Sending SMS is switched off.', { code: 'sms_disabled', status: 503, retryable: true })
  }
}

/** The ledger cannot be written, so nothing was sent. */
export class LedgerUnavailable extends GatewayError {
  constructor() {
    super('The message could not be recorded at the moment, so it was not sent.', {
      code: 'ledger_unavailable',
      status: 503,
      retryable: true,
      retryAfterMs: 5_000,
    })
  }
}

export class MessageNotFound extends GatewayError {
  constructor() {
    super('There is no such message.', { code: 'not_found', status: 404, retryable: false })
  }
}
