import { createHash } from 'node:crypto'
import { AuditedRequest } from '#oauth/life/audited_request'
import type { CredentialSource } from '#oauth/contracts'
import { CredentialGate } from '#oauth/life/credential_gate'
import { CredentialPause } from '#oauth/life/credential_pause'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import { UnknownProvider } from '#oauth/errors'
import { digestOf } from '#oauth/grants/assertion'
import { OAuthTokenService } from '#oauth/oauth_token_service'
import type { Brought } from '#oauth/life/pause'
import type { ProviderConfig, TokenOwner } from '#oauth/provider_config'
import { PassingToken } from '#oauth/passing_token'
import { ProviderGrants } from '#oauth/provider_grants'
import type { SignInKeeping } from '#oauth/sign_in/contracts'
import { SharedToken } from '#oauth/life/shared_token'
import { TenantEventRecorder } from '#oauth/tenant_event_recorder'
import type { TokenSharing } from '#oauth/sharing/token_sharing'
import type { TokenRevocation } from '#oauth/life/token_revocation'
import { TokenObtainer } from '#oauth/life/token_obtainer'
import { TokenPause } from '#oauth/life/token_pause'
import type { Random } from '#shared/backoff'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'
import type { HttpClient } from '#shared/http_client'
import type { KeyedDigest } from '#shared/keyed_digest'

export interface ServiceFactoryParts {
  config: ResolvedOAuthConfig
  sharing: TokenSharing
  http: HttpClient
  recorder: EventRecorder
  clock: Clock
  random: Random

  /** Makes the fingerprints of tokens. */
  fingerprints: KeyedDigest

  /** Where what people gave is kept who signed in. Absent: nobody can. */
  signIns?: SignInKeeping

  /** Told of failures that nobody waits for. */
  report: (error: unknown) => void
}

/** What all tokens share that are had with the same credentials. */
interface SharedCredential {
  pause: CredentialPause
  gate: CredentialGate
}

/** How much longer than its lease another process is waited for, in milliseconds. */
const LEASE_GRACE_MS = 5_000

/** Builds token services, and keeps what several of them share. */
export class ServiceFactory {
  readonly #parts: ServiceFactoryParts
  readonly #grants = new Map<string, ProviderGrants>()
  readonly #credentials = new Map<string, SharedCredential>()

  constructor(parts: ServiceFactoryParts) {
    this.#parts = parts
  }

  /** @throws {UnknownProvider} */
  build(provider: string, owner: TokenOwner): OAuthTokenService {
    const { config, sharing, clock, random, report } = this.#parts
    const { tenant, subject } = owner
    const recorder = this.#recorder(tenant)
    const { credentials, endpoint, issuer, scope, audience } = this.#provider(provider)
    const grants = this.grantsOf(provider)
    const grant = grants.of(owner, recorder)
    const wanted = [grant.type, scope, audience, ...(grant.keyParts ?? [])]
    const from = [provider, ...[endpoint?.url ?? issuer].flat(), credentials.identity]
    // Also where a grant makes nothing of it: a visitor's token is taken away when they have gone.
    const brought = owner.assertion ? [digestOf(owner.assertion)] : []
    const key = digest(...from, tenant, subject, ...wanted, ...brought)

    const { pause: ofCredential, gate } = this.credential(provider, tenant)
    const own = new CredentialPause(key, { store: sharing.store, clock, random })
    const pause = new TokenPause(ofCredential, own, broughtBy(owner, grants.config))
    const shared = new SharedToken({ key, store: sharing.store, clock })
    const parts = { provider, tenant, key, shared, pause, recorder, clock }

    const request = new AuditedRequest({ ...parts, grant })
    const obtainer = new TokenObtainer({
      ...config,
      ...parts,
      ...this.#coordination(),
      gate,
      request,
    })
    // Where somebody signed in, a provider may take all of that back with one token (RFC 7009 §2.1).
    const { needsSignIn } = grants.config.grant
    const revocation = needsSignIn ? undefined : this.revocationOf(provider, tenant)
    return new OAuthTokenService({ ...config, ...parts, obtainer, revocation, report })
  }

  /** @throws {UnknownProvider} */
  credential(provider: string, tenant: string | undefined): SharedCredential {
    const name = this.#credentialName(provider, tenant)
    const known = this.#credentials.get(name)
    if (known) return known

    const pause = this.pauseOf(provider, tenant)
    const credential = { pause, gate: new CredentialGate() }
    this.#credentials.set(name, credential)
    return credential
  }

  /**
   * The pause of credentials that nobody need be using here.
   *
   * @throws {UnknownProvider}
   */
  pauseOf(provider: string, tenant: string | undefined): CredentialPause {
    const { sharing, clock, random } = this.#parts
    const name = this.#credentialName(provider, tenant)
    const known = this.#credentials.get(name)?.pause
    return known ?? new CredentialPause(name, { store: sharing.store, clock, random })
  }

  /** @throws {UnknownProvider} */
  credentialsOf(provider: string): CredentialSource {
    return this.#provider(provider).credentials
  }

  /** @throws {UnknownProvider} */
  grantsOf(name: string): ProviderGrants {
    const known = this.#grants.get(name)
    if (known) return known

    const { config, http, clock, signIns } = this.#parts
    const { requestDeadlineMs } = config
    const tools = { http, clock, signIns, requestDeadlineMs }
    const grants = new ProviderGrants(name, this.#provider(name), tools)
    this.#grants.set(name, grants)
    return grants
  }

  /**
   * Tells a provider of what is given up. Undefined where it cannot be told.
   *
   * @throws {UnknownProvider}
   */
  revocationOf(provider: string, tenant: string | undefined): TokenRevocation | undefined {
    const { fingerprints } = this.#parts
    const trail = { recorder: this.#recorder(tenant), fingerprints }
    return this.grantsOf(provider).revocationOf(tenant, trail)
  }

  /** For whoever is handed a token that is kept nowhere here. @throws {UnknownProvider} */
  passing(provider: string, tenant: string | undefined): PassingToken {
    const { config, clock, random, fingerprints } = this.#parts
    const { refreshThresholdMs } = config
    const credential = this.credential(provider, tenant)
    const token = { provider, tenant, clock, random, fingerprints, refreshThresholdMs }
    return new PassingToken({ ...token, ...credential, recorder: this.#recorder(tenant) })
  }

  /** Of a tenant that nobody has used for a while. What the store knows of it stays. */
  forget(provider: string, tenant: string | undefined): void {
    this.#credentials.delete(this.#credentialName(provider, tenant))
  }

  #credentialName(provider: string, tenant: string | undefined): string {
    return digest(provider, tenant, this.#provider(provider).credentials.identity)
  }

  #recorder(tenant: string | undefined): EventRecorder {
    const { recorder } = this.#parts
    return tenant === undefined ? recorder : new TenantEventRecorder(recorder, tenant)
  }

  #provider(name: string): ProviderConfig {
    const { providers } = this.#parts.config
    if (!Object.hasOwn(providers, name)) throw new UnknownProvider()
    return providers[name]
  }

  #coordination() {
    const { random, fingerprints, config, sharing } = this.#parts
    const { leases, outage } = sharing
    return {
      random,
      fingerprints,
      leases,
      allowCall: () => outage?.allowCall() ?? 0,
      leaseWaitMs: config.leaseMs + LEASE_GRACE_MS,
    }
  }
}

function broughtBy({ assertion }: TokenOwner, { grant }: ProviderConfig): Brought | undefined {
  if (assertion) return 'by_a_caller'
  return grant.needsSignIn ? 'by_somebody_who_signed_in' : undefined
}

/** A name for a store's row: tells the parts apart and says nothing about them. */
function digest(...parts: (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
