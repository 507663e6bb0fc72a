import { GatewayError } from '#shared/gateway_error'
import { DISABLED, type Pause, type TokenVerdict } from '#oauth/life/pause'

export interface TokenRequestFacts {
  verdict: TokenVerdict

  /** Why, as a word for programs: an RFC 6749 §5.2 error, a transport failure, or `http_503`. */
  reason: string

  /** The RFC 6749 §5.2 error of the answer, where the provider's table has a better word for the reason. */
  standardError?: string
  httpStatus?: number

  /** The provider's own error code, where it has one. */
  upstreamCode?: string
  retryAfterMs?: number

  /** The server may have issued a token that never reached us. */
  outcomeUnknown?: boolean
}

/** A token endpoint was asked once and gave no token. */
export class TokenRequestError extends GatewayError {
  readonly facts: TokenRequestFacts

  constructor(facts: TokenRequestFacts) {
    super(`The token endpoint gave no token: ${facts.reason}.`, {
      code: 'token_request_failed',
      status: 502,
      retryable: facts.verdict === 'transient' || facts.verdict === 'throttled',
      retryAfterMs: facts.retryAfterMs,
    })
    this.facts = facts
  }
}

/** No usable token is in hand and none could be had in time. */
export class TokenUnavailable extends GatewayError {
  /** Why, as a word for programs. */
  readonly reasonCode: string

  constructor(reason: string, retryAfterMs: number) {
    super(`No access token can be had at the moment (${reason}). Nothing was sent.`, {
      code: 'token_unavailable',
      status: 503,
      retryable: true,
      retryAfterMs,
    })
    this.reasonCode = reason
  }
}

/** Somebody has switched the tenant off. */
export class TenantDisabled extends GatewayError {
  constructor() {
    super('This tenant is switched off. Nothing was sent.', {
      code: 'tenant_disabled',
      status: 403,
      retryable: false,
    })
  }
}

/** The error of whoever meets a pause. @param remainingMs how long it lasts yet */
export function pausedError(pause: Pause, remainingMs: number): GatewayError {
  return pause.reason === DISABLED
    ? new TenantDisabled()
    : new TokenUnavailable(pause.reason, remainingMs)
}

/** Credentials are kept, and cannot be read: they were damaged, or their key is gone. */
export class CredentialsUnreadable extends GatewayError {
  constructor() {
    super('The stored credentials of this tenant cannot be read. Store them anew.', {
      code: 'credentials_unreadable',
      status: 503,
      retryable: false,
    })
  }
}

/** Nothing of that name stands in config/oauth.ts. */
export class UnknownProvider extends GatewayError {
  constructor() {
    super('There is no such provider.', { code: 'unknown_provider', status: 404, retryable: false })
  }
}

/** The route that hands out tokens is switched off. */
export class TokenApiDisabled extends GatewayError {
  constructor() {
    super('Tokens are not handed out here (TOKEN_API_ENABLED).', {
      code: 'token_api_disabled',
      status: 404,
      retryable: false,
    })
  }
}

/** There is no provider of that type. */
export class UnknownTokenType extends GatewayError {
  constructor() {
    super('There is no token of that type: `type` names a provider of config/oauth.ts.', {
      code: 'unknown_token_type',
      status: 400,
      retryable: false,
    })
  }
}

/** No tenant of that name has credentials here. */
export class UnknownTenant extends GatewayError {
  constructor() {
    super('There is no such tenant.', { code: 'unknown_tenant', status: 404, retryable: false })
  }
}

/** Something stands in a store under a key, and it is no token that can be read. */
export class UnreadableRecord extends GatewayError {
  /**
   * - `corrupt`: not what this version writes.
   * - `unknown_key`: sealed with a key that this process was not given.
   * - `undecipherable`: its key does not open it: it was tampered with.
   */
  readonly reason: 'corrupt' | 'unknown_key' | 'undecipherable'

  constructor(reason: 'corrupt' | 'unknown_key' | 'undecipherable') {
    super('A stored token cannot be read.', {
      code: 'unreadable_record',
      status: 503,
      retryable: true,
    })
    this.reason = reason
  }
}

/** What processes share cannot be reached, and this cannot be done without it. */
export class StoreUnavailable extends GatewayError {
  constructor() {
    super('The token store cannot be reached.', {
      code: 'store_unavailable',
      status: 503,
      retryable: true,
    })
  }
}
