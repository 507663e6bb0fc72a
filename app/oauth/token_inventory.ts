import { AccessToken } from '#oauth/life/access_token'
import type { TokenRecord, TokenStore } from '#oauth/contracts'
import { UnknownProvider } from '#oauth/errors'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { OAuthTokenService } from '#oauth/oauth_token_service'
import type { SignedIn } from '#oauth/sign_in/contracts'
import type { ListedSignIn, SignInStates } from '#oauth/sign_in/sign_in_states'
import {
  tokenHealth,
  tokenInfo,
  type HealthStatus,
  type TokenHealth,
  type TokenInfo,
} from '#oauth/life/token_health'
import type { Clock } from '#shared/clock'

/** One token, as lists show it. Instants in ISO 8601 UTC; nothing secret. */
export interface ListedToken extends Pick<
  TokenInfo,
  'state' | 'issuedAt' | 'refreshAt' | 'expiresAt' | 'lastUsedAt'
> {
  provider: string
  tenant: string | null
  status: HealthStatus

  /** The name of the store that keeps it. */
  store: string
  pause: TokenHealth['pause']

  /** Whether somebody is signed in. Null where nobody has to be. */
  signIn: ListedSignIn | null
  lastFailure: TokenHealth['lastFailure']
}

export interface TokenInventoryParts {
  manager: OAuthManager
  signIns: SignInStates
  store: TokenStore
  clock: Clock
}

type ListedHealth = Pick<TokenHealth, 'status' | 'pause' | 'lastFailure'>

/** Every token that is configured or stored. Asks no provider. */
export class TokenInventory {
  readonly #parts: TokenInventoryParts

  constructor(parts: TokenInventoryParts) {
    this.#parts = parts
  }

  /** Those of the configured providers first. */
  async list(): Promise<ListedToken[]> {
    const { manager, store } = this.#parts
    const listed: ListedToken[] = []
    const known = new Set<string>()

    for (const { service } of manager.providers()) await service.look()
    for (const { service, ...owner } of manager.services()) {
      known.add(service.sync.key)
      listed.push(await this.#describe(owner, service))
    }
    for await (const key of store.keys()) {
      const other = known.has(key) ? null : await this.#stored(key)
      if (other) listed.push(other)
    }
    return listed
  }

  async #describe(owner: SignedIn, service: OAuthTokenService): Promise<ListedToken> {
    const { provider, tenant } = owner
    const { status, pause, lastFailure } = service.healthCheck()
    return {
      provider,
      tenant: tenant ?? null,
      status,
      ...instants(service.getTokenInfo()),
      store: this.#parts.store.name,
      pause,
      signIn: await this.#parts.signIns.of(owner),
      lastFailure,
    }
  }

  async #stored(key: string): Promise<ListedToken | null> {
    const { store, clock } = this.#parts
    const record = await store.get(key)
    if (!record) return null

    const token = AccessToken.adopt(record, clock)
    const { status, pause, lastFailure } = await this.#health(record, token)
    return {
      provider: record.provider,
      tenant: record.tenant ?? null,
      status,
      ...instants(tokenInfo(token, { clock, lastUsedAt: 0 })),
      store: store.name,
      pause,
      signIn: await this.#parts.signIns.of({ provider: record.provider, tenant: record.tenant }),
      lastFailure,
    }
  }

  /** Of a token that is in use elsewhere, or of an entry that was taken out of the configuration. */
  async #health({ provider, tenant }: TokenRecord, token: AccessToken): Promise<ListedHealth> {
    const { manager, clock } = this.#parts
    try {
      const pauses = manager.pauseOf(provider, tenant)
      await pauses.current()
      return tokenHealth(token, { clock, pauses })
    } catch (error) {
      if (!(error instanceof UnknownProvider)) throw error
      return { status: 'healthy', pause: null, lastFailure: null }
    }
  }
}

function instants({ state, issuedAt, refreshAt, expiresAt, lastUsedAt }: TokenInfo) {
  return { state, issuedAt, refreshAt, expiresAt, lastUsedAt }
}
