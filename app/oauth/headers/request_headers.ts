import type { Secret } from '@adonisjs/core/helpers'
import type { AccessToken } from '#oauth/life/access_token'
import { authenticatedHeaders } from '#oauth/headers/authenticated_headers'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import { TokenRequestError, TokenUnavailable } from '#oauth/errors'
import type { Cause } from '#oauth/events'
import type { OAuthTokenService } from '#oauth/oauth_token_service'
import type { TokenOwner } from '#oauth/provider_config'
import { StandIn, type StandInParts } from '#oauth/headers/stand_in'

export interface RequestHeadersParts extends StandInParts {
  config: Pick<ResolvedOAuthConfig, 'providers'>
}

/** A request that is about to be sent to a provider's API. */
export interface HeadersWanted {
  tokens: OAuthTokenService
  owner?: TokenOwner
  cause?: Cause
}

type Headers = Record<string, Secret<string>>

/** What a request goes out with. */
export interface Authentication {
  headers: Headers

  /** Absent where something stands in for it. */
  token?: AccessToken
}

/** How long a token is waited for while requests go out without one anyway, in milliseconds. */
const SHORT_WAIT_MS = 1_000

/**
 * What requests to the APIs of providers go out with: a token, or what stands in for it while
 * none can be had. Token services know nothing of stand-ins, so that none is kept or renewed.
 */
export class RequestHeaders {
  readonly #parts: RequestHeadersParts
  readonly #standIns = new Map<string, StandIn>()

  constructor(parts: RequestHeadersParts) {
    this.#parts = parts
    for (const [name, provider] of Object.entries(parts.config.providers)) {
      const standIn = StandIn.of(name, provider, parts)
      if (standIn) this.#standIns.set(name, standIn)
    }
  }

  async of(
    provider: string,
    { tokens, owner, cause = {} }: HeadersWanted
  ): Promise<Authentication> {
    const standIn = speaksForItself(owner) ? this.#standIns.get(provider) : undefined
    return standIn
      ? this.#unlessThere(standIn, tokens, cause)
      : this.#withToken(await tokens.getAccessToken(cause))
  }

  async #unlessThere(
    standIn: StandIn,
    tokens: OAuthTokenService,
    cause: Cause
  ): Promise<Authentication> {
    const longestWaitMs = standIn.serves ? SHORT_WAIT_MS : undefined
    const got = await tokens.getAccessToken({ ...cause, longestWaitMs }).catch(reasonForNone)
    if (typeof got === 'string') return { headers: await standIn.headers(got, cause) }

    if (standIn.serves) await standIn.end()
    return this.#withToken(got)
  }

  #withToken(token: AccessToken): Authentication {
    return { headers: authenticatedHeaders(token, this.#parts.config), token }
  }
}

/** Nobody is spoken for but the provider's own client. */
function speaksForItself({ tenant, subject, assertion }: TokenOwner = {}): boolean {
  return !tenant && !subject && !assertion
}

/** Why there is no token. Whatever else went wrong, such as recording, lets nothing out. */
function reasonForNone(error: unknown): string {
  if (error instanceof TokenUnavailable) return error.reasonCode
  if (error instanceof TokenRequestError) return error.facts.reason
  throw error
}
