import type { Secret } from '@adonisjs/core/helpers'
import type { ConfigProvider } from '@adonisjs/core/types'
import type { CredentialSource, Grant } from '#oauth/contracts'
import type { TokenChecks } from '#oauth/token_check'
import type { TokenEndpoint, TokenEndpointSettings } from '#oauth/token_endpoint'
import type { Clock } from '#shared/clock'
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
   * Where it is told of tokens that were cleared (RFC 7009), with the client authentication of
   * {@link endpoint}. Absent: cleared tokens are forgotten here, and end by themselves there.
   */
  revocation?: RevocationConfig
  credentials: CredentialSource

  /** Space-separated (RFC 6749 §3.3). Absent: the server decides. */
  scope?: string

  /** For whom its tokens are meant, where the provider wants to be told. */
  audience?: string

  /** Sent to its API beside the token. Never `Authorization`, which is the token's. */
  companionHeaders?: Readonly<Record<string, Secret<string>>>

  /** What its tokens, which are JWTs then, must say. Absent: they are not looked into. */
  validate?: TokenChecks
}

/** How to reach a token endpoint and how to read it. Its deadline is the same for all. */
export type TokenEndpointConfig = Omit<TokenEndpointSettings, 'deadlineMs'>

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
  /** Asks the provider's token endpoint; the same one for all its tokens. */
  endpoint: () => TokenEndpoint
  credentials: CredentialSource
  scope?: string
  audience?: string
  http: HttpClient
  clock: Clock
}

/** Makes the grant of one token. Makes no request. */
export interface GrantFactory {
  (context: GrantContext): Grant

  /** Its tokens come from nowhere but the credentials. */
  needsNoEndpoint?: true
}
