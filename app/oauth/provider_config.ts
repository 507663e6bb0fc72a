import type { ConfigProvider } from '@adonisjs/core/types'
import type { CredentialSource, Grant } from '#oauth/contracts'
import type { TokenEndpoint, TokenEndpointSettings } from '#oauth/token_endpoint'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'

/** A provider as config/oauth.ts has it: its credentials may need the application to be there. */
export interface ProviderChoice extends Omit<ProviderConfig, 'credentials'> {
  credentials: CredentialSource | ConfigProvider<CredentialSource>
}

/** A provider of tokens. Its file states facts; the behaviour is the engine's. */
export interface ProviderConfig {
  /** How its tokens are obtained: one of {@link grants}. */
  grant: GrantFactory
  endpoint: TokenEndpointConfig
  credentials: CredentialSource

  /** Space-separated (RFC 6749 §3.3). Absent: the server decides. */
  scope?: string

  /** For whom its tokens are meant, where the provider wants to be told. */
  audience?: string
}

/** How to reach a token endpoint and how to read it. Its deadline is the same for all. */
export type TokenEndpointConfig = Omit<TokenEndpointSettings, 'deadlineMs'>

/** What a grant may need to know of its provider and of the token's owner. */
export interface GrantContext {
  /** Asks the provider's token endpoint. */
  endpoint: TokenEndpoint
  credentials: CredentialSource
  scope?: string
  audience?: string

  /** The organisation whose client credentials are used. */
  tenant?: string

  /** The person or account for whom the token speaks. */
  subject?: string
  http: HttpClient
  clock: Clock
}

/** Makes the grant of one token. Makes no request. */
export type GrantFactory = (context: GrantContext) => Grant
