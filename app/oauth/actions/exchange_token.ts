import type { AccessToken } from '#oauth/life/access_token'
import type { IssuedToken } from '#oauth/contracts'
import { TokenRequestError } from '#oauth/errors'
import {
  ExchangeRefused,
  JWT_BEARER,
  type AssertionExchange,
  type CodeExchange,
  type ExchangeAnswer,
  type ExchangeOwner,
  type ExchangeRequest,
  type RefreshExchange,
} from '#oauth/exchange'
import { tokenEvents, type Cause } from '#oauth/events'
import { present } from '#oauth/grants/present'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { ProviderGrants } from '#oauth/provider_grants'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'

export interface ExchangeTokenParts {
  manager: OAuthManager
  recorder: EventRecorder
  clock: Clock
}

/** Exchanges what an application has for a token, with the client that the gateway is at the provider. */
export class ExchangeToken {
  readonly #parts: ExchangeTokenParts

  constructor(parts: ExchangeTokenParts) {
    this.#parts = parts
  }

  /**
   * @throws {UnknownProvider} or {UnknownTenant}
   * @throws {ExchangeRefused} when what was brought is no good
   * @throws {TokenUnavailable} and {TokenRequestError} when no token can be had for another reason
   */
  async run(owner: ExchangeOwner, request: ExchangeRequest, cause: Cause): Promise<ExchangeAnswer> {
    const grants = this.#parts.manager.grantsOf(owner.provider)
    await grants.credentialsOf(owner.tenant).find()

    if (request.grant_type === JWT_BEARER) return this.#actFor(owner, request, cause)
    this.#expectRedirectUri(grants, request)
    return this.#passOn(owner, request, cause)
  }

  /** Nobody is sent a token for a code that went to an address which is not ours to serve. */
  #expectRedirectUri({ config }: ProviderGrants, request: CodeExchange | RefreshExchange): void {
    const { exchangeRedirectUris: known } = config
    if (!known) throw unsupported()
    if (request.grant_type === 'authorization_code' && !known.includes(request.redirect_uri)) {
      throw new ExchangeRefused(
        'invalid_request',
        'redirect_uri is none of those that codes may be sent to (exchangeRedirectUris).'
      )
    }
  }

  async #passOn(
    { provider, tenant }: ExchangeOwner,
    request: CodeExchange | RefreshExchange,
    cause: Cause
  ): Promise<ExchangeAnswer> {
    const { manager } = this.#parts
    const grants = manager.grantsOf(provider)
    const grant = grants.checked({
      type: request.grant_type,
      obtain: async () =>
        grants.endpoint!.request({
          parameters: present({ ...request }),
          credentials: await grants.credentialsOf(tenant).find(),
        }),
    })

    try {
      const { issued, token } = await manager.passing(provider, tenant).request(grant, cause)
      return await this.#disclose({ provider, tenant }, { token, issued }, cause)
    } catch (error) {
      throw refusalOf(error) ?? error
    }
  }

  /** Of many who bring the same assertion one asks, as for any other token. */
  async #actFor(
    { provider, tenant }: ExchangeOwner,
    { assertion, scope }: AssertionExchange,
    cause: Cause
  ): Promise<ExchangeAnswer> {
    const { manager } = this.#parts
    const { config } = manager.grantsOf(provider)
    if (!config.grant.takesAssertion) throw unsupported()
    if (scope !== undefined && scope !== config.scope) {
      throw new ExchangeRefused(
        'invalid_scope',
        'scope is not the one that this provider is used for.'
      )
    }

    const tokens = manager.use(provider, { tenant, assertion })
    try {
      const token = await tokens.getAccessToken(cause)
      return await this.#disclose({ provider, tenant }, { token }, cause)
    } catch (error) {
      throw tokens.refusedGrant ? refused(tokens.refusedGrant) : error
    }
  }

  async #disclose(
    { provider, tenant }: ExchangeOwner,
    { token, issued }: { token: AccessToken; issued?: IssuedToken },
    cause: Cause
  ): Promise<ExchangeAnswer> {
    const { recorder, clock } = this.#parts
    await recorder.record(tokenEvents.disclosed(provider, { tenant, token, cause }))

    const { accessToken, tokenType, scope } = token.record
    return {
      access_token: accessToken,
      token_type: tokenType,
      expires_in: Math.floor(token.remaining(clock) / 1000),
      scope,
      refresh_token: issued?.refreshToken,
    }
  }
}

/** What says that the application brought the wrong thing. Everything else is between us and the provider. */
function refusalOf(error: unknown): ExchangeRefused | undefined {
  if (!(error instanceof TokenRequestError)) return undefined
  const { verdict, reason, standardError = reason } = error.facts

  if (verdict === 'terminal_for_key') return refused(reason)
  if (standardError !== 'invalid_request' && standardError !== 'invalid_scope') return undefined
  return new ExchangeRefused(standardError, `The provider refused it (${reason}).`)
}

function refused(reason: string): ExchangeRefused {
  return new ExchangeRefused('invalid_grant', `The provider refused it (${reason}).`)
}

function unsupported(): ExchangeRefused {
  return new ExchangeRefused(
    'unsupported_grant_type',
    'This provider is not set up for that grant type here.'
  )
}
