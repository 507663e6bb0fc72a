import type { Secret } from '@adonisjs/core/helpers'
import type { ConfigProvider } from '@adonisjs/core/types'
import type { CredentialSource, Grant } from '#oauth/contracts'
import type { SignInKeeping } from '#oauth/sign_in/contracts'
import type { AnswerRule } from '#oauth/wire/answer_rules'
import type { TokenChecks } from '#oauth/wire/token_check'
import type { TokenEndpoint, TokenEndpointSettings } from '#oauth/wire/token_endpoint'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'
import type { HttpClient } from '#shared/http_client'

/** A provider as config/oauth.ts has it: its credentials may need the application to be there. */
export interface ProviderChoice extends Omit<ProviderConfig, 'credentials'> {
  credentials: CredentialSource | ConfigProvider<CredentialSource>
}

/** Where credentials come from, or what makes that once the application is there. */
export type CredentialsChoice = ProviderChoice['credentials']

/** A provider whose credentials come from such a source. */
export type ProviderWith<Credentials extends CredentialsChoice> = Omit<
  ProviderConfig,
  'credentials'
> & { credentials: Credentials }

/** A provider of tokens. Its file states facts; the behaviour is the engine's. */
export interface ProviderConfig {
  /** How its tokens are obtained: one of {@link grants}. */
  grant: GrantFactory

  /** Absent only where a grant asks nobody. */
  endpoint?: TokenEndpointConfig

  /**
   * Under which it publishes its addresses (OpenID Connect Discovery 1.0 §4, RFC 8414 §3). Those
   * that stand here in the configuration count before those.
   */
  issuer?: string

  /** How people sign in at it, for grants that live on what they get by that. */
  signIn?: SignInConfig

  /**
   * Where applications may have had codes sent that they exchange here (RFC 6749 §4.1.3).
   * Absent: no codes are exchanged for them.
   */
  exchangeRedirectUris?: readonly string[]

  /**
   * Where it is told of tokens that were cleared (RFC 7009), with the client authentication of
   * {@link endpoint}. Absent: cleared tokens are forgotten here, and end by themselves there.
   */
  revocation?: RevocationConfig
  credentials: CredentialSource

  /** Space-separated (RFC 6749 §3.3). Absent: the server decides. */
  scope?: string

  /** For whom its tokens are meant, where the provider wants to be told. */
  audience?: string

  /** What the answers of its API say about the token and the account that it was asked with. */
  apiRules?: readonly AnswerRule[]

  /** Sent to its API beside the token. Never `Authorization`, which is the token's. */
  companionHeaders?: Readonly<Record<string, Secret<string>>>

  /** What its tokens, which are JWTs then, must say. Absent: they are not looked into. */
  validate?: TokenChecks

  /**
   * A token that a person keeps ready: sent (RFC 6750 §2.1) while none can be had, and never
   * while one is in hand. It is nobody else's: requests for a tenant, a subject or an
   * assertion never carry it. Nothing caches, renews or stores it.
   */
  fallbackToken?: Secret<string>

  /**
   * What becomes of requests while no token can be had and there is no fallback. `refuse`:
   * they fail with {@link TokenUnavailable}. `anonymous`: they go out without a token, their
   * companion headers with them. Those for a tenant, a subject or an assertion are refused all
   * the same: what nobody signed for is not sent in somebody's name. Default: `refuse`.
   */
  onFailure?: 'refuse' | 'anonymous'

  /**
   * Whether a token is obtained when the gateway starts, and tried for until there is one,
   * rather than when the first request wants it. The start waits for nothing. Without effect
   * where tokens are not cached. Default: false.
   */
  prefetch?: boolean
}

/** How to reach a token endpoint and how to read it. Its deadline is the same for all. */
export interface TokenEndpointConfig extends Omit<TokenEndpointSettings, 'deadlineMs' | 'url'> {
  /**
   * Its address; or several of one origin, tried in order while they answer 404 or 405. The
   * one that works is remembered. Absent: where the provider publishes it.
   */
  url?: string | readonly string[]
}

/** How people sign in at a provider. What is absent is looked up where it publishes it. */
export interface SignInConfig {
  /** Where browsers are sent (RFC 6749 §3.1). */
  authorizationEndpoint?: string

  /** For those without a browser (RFC 8628 §3.1). */
  deviceAuthorizationEndpoint?: string

  /** Whatever else the provider wants to be told when somebody signs in, e.g. `prompt`. Nothing secret. */
  parameters?: Readonly<Record<string, string>>
}

/** How to reach a revocation endpoint. */
export interface RevocationConfig {
  /** Its address: https, or loopback. Tokens and the client's proof are sent there. */
  url: string
}

/** Which of a provider's tokens is meant. */
export interface TokenOwner {
  /** The organisation whose client credentials are used. */
  tenant?: string

  /** The person or account for whom the token speaks. */
  subject?: string

  /** What proves that somebody may be acted for, such as the token with which that person called. */
  assertion?: Secret<string>
}

/** What a grant may need to know of its provider and of the token's owner. */
export interface GrantContext extends TokenOwner {
  /** The name of its entry in config/oauth.ts. */
  provider: string

  /** Asks the provider's token endpoint; the same one for all its tokens. */
  endpoint: () => TokenEndpoint
  credentials: CredentialSource
  scope?: string
  audience?: string
  http: HttpClient
  clock: Clock
  recorder: EventRecorder

  /** Absent where there is no database to keep what people gave. */
  signIns?: SignInKeeping
}

/** Makes the grant of one token. Makes no request. */
export interface GrantFactory {
  (context: GrantContext): Grant

  /** Its tokens come from nowhere but the credentials. */
  needsNoEndpoint?: true

  /** Its tokens are had for an assertion that each caller brings. */
  takesAssertion?: true

  /** Its tokens are had for somebody who signed in. */
  needsSignIn?: true
}
