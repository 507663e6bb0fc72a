import { createHash } from 'node:crypto'
import { AuditedRequest } from '#oauth/audited_request'
import type { TokenStore } from '#oauth/contracts'
import { CredentialPause } from '#oauth/credential_pause'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import { UnknownProvider } from '#oauth/errors'
import { digestOf } from '#oauth/grants/assertion'
import type { TokenOwner } from '#oauth/provider_config'
import { ProviderGrants } from '#oauth/provider_grants'
import { SharedToken } from '#oauth/shared_token'
import { type TokenSharing, unshared } from '#oauth/sharing/token_sharing'
import { OAuthTokenService } from '#oauth/oauth_token_service'
import { TokenPause } from '#oauth/token_pause'
import { TokenObtainer } from '#oauth/token_obtainer'
import type { Random } from '#shared/backoff'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'
import type { HttpClient } from '#shared/http_client'
import type { KeyedDigest } from '#shared/keyed_digest'
import { RecentlyUsed } from '#shared/recently_used'

export type { TokenOwner }

export interface OAuthManagerParts {
  config: ResolvedOAuthConfig

  /** Where tokens meet those of other processes. Absent: they are this process's own. */
  sharing?: TokenSharing
  http: HttpClient
  recorder: EventRecorder
  clock: Clock
  random: Random

  /** Makes the fingerprints of tokens. */
  fingerprints: KeyedDigest

  /** Told of failures that nobody waits for. */
  report: (error: unknown) => void
}

/** How much longer than its lease another process is waited for, in milliseconds. */
const LEASE_GRACE_MS = 5_000

/** Tokens of persons are many and live for one visit: services beyond this number are let go. */
const MOST_ASSERTIONS = 1_000

/** Where tokens are kept, as health reports show it. */
export interface StoreState {
  name: string

  /** The store cannot be used at the moment: tokens are kept in memory. */
  degraded: boolean
}

/** Hands out the one token service of each provider, tenant and subject. */
export class OAuthManager {
  readonly #parts: OAuthManagerParts
  /** Where tokens meet those of other processes. */
  readonly sharing: TokenSharing
  readonly #services = new Map<string, OAuthTokenService>()
  readonly #grants = new Map<string, ProviderGrants>()
  readonly #pauses = new Map<string, CredentialPause>()
  readonly #assertions = new RecentlyUsed(MOST_ASSERTIONS)
  #default?: OAuthTokenService

  constructor(parts: OAuthManagerParts) {
    this.#parts = parts
    this.sharing = parts.sharing ?? unshared(ownStore(parts.config))
  }

  /** Shown in health reports. */
  get storeState(): StoreState {
    const { store, outage } = this.sharing
    return { name: store.name, degraded: outage?.degraded ?? false }
  }

  /** Begins to learn what other processes do. */
  async start(): Promise<void> {
    await this.sharing.watch?.start()
  }

  /** @throws {UnknownProvider} */
  use(name?: string, owner?: TokenOwner): OAuthTokenService {
    if (name === undefined && owner === undefined) return (this.#default ??= this.#find())
    return this.#find(name, owner)
  }

  /** The service of each configured provider, for its own credentials. */
  providers(): { provider: string; service: OAuthTokenService }[] {
    const names = Object.keys(this.#parts.config.providers)
    return names.map((provider) => ({ provider, service: this.#find(provider) }))
  }

  /** Stops all services; resolves when no token request is in the air any more. */
  async close(): Promise<void> {
    await this.sharing.watch?.stop()
    await Promise.all([...this.#services.values()].map((service) => service.close()))
    await this.sharing.store.close?.()
  }

  #find(name = this.#parts.config.default, owner: TokenOwner = {}): OAuthTokenService {
    const { tenant = '', subject = '', assertion } = owner
    const address = JSON.stringify([name, tenant, subject, digestOf(assertion)])
    if (assertion) this.#letGo(this.#assertions.use(address))

    const known = this.#services.get(address)
    if (known) return known

    const service = this.#build(name, owner)
    this.#services.set(address, service)
    this.sharing.watch?.add(service.sync)
    return service
  }

  #build(name: string, owner: TokenOwner): OAuthTokenService {
    const { config, recorder, clock, report } = this.#parts
    if (!Object.hasOwn(config.providers, name)) throw new UnknownProvider()

    const { tenant, subject } = owner
    const { credentials, scope, audience } = config.providers[name]
    const { identity } = credentials
    const grant = this.#grantsOf(name).of(owner)
    const wanted = [grant.type, scope, audience, ...(grant.keyParts ?? [])]
    const key = digest(name, tenant, subject, identity, ...wanted)
    const pause = new TokenPause(this.#pauseOf(digest(name, tenant, identity)), this.#pauseOf(key))
    const shared = new SharedToken({ key, store: this.sharing.store, clock })
    const parts = { provider: name, tenant, key, shared, pause, recorder, clock }

    const request = new AuditedRequest({ ...parts, grant })
    const obtainer = new TokenObtainer({ ...config, ...parts, ...this.#coordination(), request })
    return new OAuthTokenService({ ...config, ...parts, obtainer, report })
  }

  /** Whoever holds it may use it to its end. */
  #letGo(address: string | undefined): void {
    const service = address === undefined ? undefined : this.#services.get(address)
    if (!service) return

    this.#services.delete(address!)
    this.#pauses.delete(service.sync.key)
    this.sharing.watch?.remove(service.sync.key)
    service.close().catch(this.#parts.report)
  }

  #grantsOf(name: string): ProviderGrants {
    const known = this.#grants.get(name)
    if (known) return known

    const { config, http, clock } = this.#parts
    const grants = new ProviderGrants(config.providers[name], config, { http, clock })
    this.#grants.set(name, grants)
    return grants
  }

  #coordination() {
    const { random, fingerprints, config } = this.#parts
    const { leases, outage } = this.sharing
    return {
      random,
      fingerprints,
      leases,
      allowCall: () => outage?.allowCall() ?? 0,
      leaseWaitMs: config.leaseMs + LEASE_GRACE_MS,
    }
  }

  #pauseOf(credential: string): CredentialPause {
    const { clock, random } = this.#parts
    const known = this.#pauses.get(credential)
    if (known) return known

    const pause = new CredentialPause(credential, { store: this.sharing.store, clock, random })
    this.#pauses.set(credential, pause)
    return pause
  }
}

function ownStore({ store }: ResolvedOAuthConfig): TokenStore {
  if (typeof store === 'function') return store()
  throw new Error('config/oauth.ts: the tokens of this store are shared, and nothing shares them')
}

/** A name for a store's row: tells the parts apart and says nothing about them. */
function digest(...parts: (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
