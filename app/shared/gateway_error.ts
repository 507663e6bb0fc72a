import { Exception } from '@adonisjs/core/exceptions'

export interface GatewayErrorOptions {
  /** Stable name for programs, in snake_case: the `code` of the problem document. */
  code: string

  /** The HTTP status that a caller is answered with. */
  status: number

  /** Whether the same request may succeed later, as it is. False: the caller has to change it. */
  retryable: boolean

  /** How long to wait before trying again, in milliseconds. */
  retryAfterMs?: number

  /** The message in the ledger that the failed request left behind. */
  messageId?: string
}

/**
 * Base of every error that crosses a capability's border. It carries plain facts
 * only: no foreign error, request or answer, since those hold secrets. Rendered as
 * an RFC 9457 problem document by the exception handler.
 */
export class GatewayError extends Exception {
  readonly retryable: boolean
  readonly retryAfterMs?: number
  readonly messageId?: string

  constructor(detail: string, options: GatewayErrorOptions) {
    super(detail, { code: options.code, status: options.status })
    this.retryable = options.retryable
    this.retryAfterMs = options.retryAfterMs
    this.messageId = options.messageId
  }

  /** The same failure, told about one message. A new error: the old one may be shared by many callers. */
  about(messageId: string): GatewayError {
    const { code, status, retryable, retryAfterMs } = this
    return new GatewayError(this.message, {
      code: code!,
      status,
      retryable,
      retryAfterMs,
      messageId,
    })
  }
}
