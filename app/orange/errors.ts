import { GatewayError } from '#shared/gateway_error'
import type { OrangeReason, OrangeVerdict } from '#orange/orange_answers'
import { TransportError } from '#shared/transport_error'

/** A request that carried a token and got no whole answer. */
export class UnansweredRequest extends TransportError {
  constructor(
    { failure, sent }: TransportError,
    readonly tokenFingerprint: string
  ) {
    super(failure, sent)
  }
}

/** What Orange's answer means for whoever asked, when the request was not accepted. */
export class OrangeError extends GatewayError {
  readonly verdict: OrangeVerdict
  readonly reason: OrangeReason

  /** With which token the request was refused, if it got as far as that. */
  readonly tokenFingerprint?: string

  constructor(
    verdict: keyof typeof DESCRIPTIONS,
    reason: OrangeReason,
    options: { retryAfterMs?: number; tokenFingerprint?: string } = {}
  ) {
    const { detail, ...rest } = DESCRIPTIONS[verdict]
    const { retryAfterMs, tokenFingerprint } = options
    super(reason.text ? `${detail}: ${reason.text}` : `${detail}.`, { ...rest, retryAfterMs })
    this.tokenFingerprint = tokenFingerprint
    this.verdict = verdict
    this.reason = reason
  }
}

const DESCRIPTIONS = {
  token_rejected: {
    code: 'orange_rejected_token',
    status: 502,
    retryable: true,
    detail: 'Orange refused our access token, and then its replacement',
  },
  credentials_missing: {
    code: 'orange_missed_token',
    status: 502,
    retryable: false,
    detail: 'Orange saw no access token in our request',
  },
  throttled: {
    code: 'orange_throttled',
    status: 429,
    retryable: true,
    detail: 'Orange takes no more requests at the moment',
  },
  request_refused: {
    code: 'orange_refused_request',
    status: 422,
    retryable: false,
    detail: 'Orange refused this request',
  },
  account_refused: {
    code: 'orange_refused',
    status: 502,
    retryable: false,
    detail: 'Orange refused our account or its configuration',
  },
  not_accepted: {
    code: 'orange_unavailable',
    status: 503,
    retryable: true,
    detail: 'Orange is not available at the moment, and accepted nothing',
  },
} as const
