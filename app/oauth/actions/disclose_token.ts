import type { Secret } from '@adonisjs/core/helpers'
import { TokenApiDisabled, UnknownProvider, UnknownTokenType } from '#oauth/errors'
import { tokenEvents, type Cause } from '#oauth/events'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { OAuthTokenService } from '#oauth/oauth_token_service'
import { instant } from '#oauth/life/token_health'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'

export interface DiscloseTokenParts {
  manager: OAuthManager
  recorder: EventRecorder
  clock: Clock

  /** False: tokens stay here. */
  enabled: boolean
}

export interface DisclosureRequest {
  provider: string
  tenant?: string

  /** Ask the provider even though a token is in hand. */
  forceRefresh?: boolean
}

/** A token for an application. */
export interface DisclosedToken {
  accessToken: Secret<string>
  tokenType: 'Bearer'

  /** Seconds for which it may be sent. */
  expiresIn: number

  /** ISO 8601, UTC. */
  expiresAt: string

  /** Whether the provider was asked for it just now. */
  source: 'cache' | 'provider'
}

/** Hands a token to an application, and records that it has been. */
export class DiscloseToken {
  readonly #parts: DiscloseTokenParts

  constructor(parts: DiscloseTokenParts) {
    this.#parts = parts
  }

  /**
   * @throws {TokenApiDisabled}
   * @throws {UnknownTokenType} when no provider is called so
   * @throws {UnknownTenant} when the tenant has no credentials
   * @throws {TokenUnavailable}
   */
  async run(request: DisclosureRequest, cause: Cause): Promise<DisclosedToken> {
    const { recorder, clock, enabled } = this.#parts
    if (!enabled) throw new TokenApiDisabled()

    const tokens = await this.#tokensOf(request)
    // One that another process had is no news of the provider either.
    if (!tokens.isTokenValid()) await tokens.look()
    const before = tokens.sync.held
    const { forceRefresh } = request
    const token = await tokens.getAccessToken({ ...cause, forceRefresh })
    await recorder.record(tokenEvents.disclosed(request.provider, { ...request, token, cause }))

    const { accessToken, tokenType } = token.record
    const lasts = token.remaining(clock)
    return {
      accessToken,
      tokenType,
      expiresIn: Math.floor(lasts / 1000),
      expiresAt: instant(clock.now() + lasts),
      source: token === before ? 'cache' : 'provider',
    }
  }

  async #tokensOf({ provider, tenant }: DisclosureRequest): Promise<OAuthTokenService> {
    try {
      return await this.#parts.manager.find(provider, tenant)
    } catch (error) {
      throw error instanceof UnknownProvider ? new UnknownTokenType() : error
    }
  }
}
