import { createHash } from 'node:crypto'
import type { Grant, TokenStore } from '#oauth/contracts'
import { CredentialPause } from '#oauth/credential_pause'
import type { ProviderConfig, ResolvedOAuthConfig } from '#oauth/define_config'
import { UnknownProvider } from '#oauth/errors'
import { ClientCredentialsGrant } from '#oauth/grants/client_credentials'
import { OAuthTokenService } from '#oauth/oauth_token_service'
import { TokenEndpoint } from '#oauth/token_endpoint'
import { TokenPause } from '#oauth/token_pause'
import { TokenObtainer } from '#oauth/token_obtainer'
import type { Random } from '#shared/backoff'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'
import type { HttpClient } from '#shared/http_client'
import type { KeyedDigest } from '#shared/keyed_digest'

export interface OAuthManagerParts {
  config: ResolvedOAuthConfig
  http: HttpClient
  recorder: EventRecorder
  clock: Clock
  random: Random

  /** Makes the fingerprints of tokens. */
  fingerprints: KeyedDigest

  /** Told of failures that nobody waits for. */
  report: (error: unknown) => void
}

/** Which of a provider's tokens is meant. */
export interface TokenOwner {
  /** The organisation whose client credentials are used. */
  tenant?: string

  /** The person or account for whom the token speaks. */
  subject?: string
}

type GrantFactory = (provider: ProviderConfig, endpoint: TokenEndpoint) => Grant

const GRANTS: Record<ProviderConfig['grant'], GrantFactory> = {
  client_credentials: (provider, endpoint) =>
    new ClientCredentialsGrant(endpoint, provider.credentials, provider.scope),
}

/** Hands out the one token service of each provider, tenant and subject. */
export class OAuthManager {
  readonly #parts: OAuthManagerParts
  readonly #store: TokenStore
  readonly #services = new Map<string, OAuthTokenService>()
  readonly #pauses = new Map<string, CredentialPause>()
  #default?: OAuthTokenService

  constructor(parts: OAuthManagerParts) {
    this.#parts = parts
    this.#store = parts.config.store()
  }

  /** Shown in health reports. */
  get storeName(): string {
    return this.#store.name
  }

  /** @throws {UnknownProvider} */
  use(name?: string, owner?: TokenOwner): OAuthTokenService {
    if (name === undefined && owner === undefined) return (this.#default ??= this.#find())
    return this.#find(name, owner)
  }

  /** Stops all services; resolves when no token request is in the air any more. */
  async close(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.close()))
  }

  #find(name = this.#parts.config.default, owner: TokenOwner = {}): OAuthTokenService {
    const address = JSON.stringify([name, owner.tenant ?? '', owner.subject ?? ''])
    const known = this.#services.get(address)
    if (known) return known

    const service = this.#build(name, owner)
    this.#services.set(address, service)
    return service
  }

  #build(name: string, owner: TokenOwner): OAuthTokenService {
    const { config, http, recorder, clock, random, fingerprints, report } = this.#parts
    if (!Object.hasOwn(config.providers, name)) throw new UnknownProvider()

    const provider = config.providers[name]
    const settings = { ...provider.endpoint, deadlineMs: config.requestDeadlineMs }
    const grant = GRANTS[provider.grant](provider, new TokenEndpoint(settings, { http, clock }))
    const key = digest(name, owner.tenant, owner.subject, grant.type, provider.scope)
    const pause = new TokenPause(this.#pauseOf(digest(name, owner.tenant)), this.#pauseOf(key))
    const shared = { provider: name, key, store: this.#store, pause, recorder, clock }

    const { refreshThresholdMs, cacheEnabled, waitMs } = config
    const obtainer = new TokenObtainer({
      ...shared,
      grant,
      random,
      fingerprints,
      refreshThresholdMs,
    })
    return new OAuthTokenService({ ...shared, obtainer, cacheEnabled, waitMs, report })
  }

  #pauseOf(credential: string): CredentialPause {
    const { clock, random } = this.#parts
    const known = this.#pauses.get(credential)
    if (known) return known

    const pause = new CredentialPause(credential, { store: this.#store, clock, random })
    this.#pauses.set(credential, pause)
    return pause
  }
}

/** A name for a store's row: tells the parts apart and says nothing about them. */
function digest(...parts: (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
