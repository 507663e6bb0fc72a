import type { CredentialSource, TokenStore } from '#oauth/contracts'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { NoTokenStore } from '#oauth/stores/none'
import type { TokenEndpointSettings } from '#oauth/token_endpoint'

/** A provider of tokens. Its file states facts; the behaviour is the engine's. */
export interface ProviderConfig {
  grant: 'client_credentials'
  endpoint: Omit<TokenEndpointSettings, 'deadlineMs'>
  credentials: CredentialSource

  /** Space-separated (RFC 6749 §3.3). Absent: the server decides. */
  scope?: string
}

export interface OAuthConfig<Providers extends Record<string, ProviderConfig>> {
  /** The provider that is meant when none is named. */
  default: keyof Providers & string
  providers: Providers

  /** Where tokens and pauses are kept. */
  store: () => TokenStore

  /** Whether a token serves more than one call. Default: true. */
  cacheEnabled?: boolean

  /** How long before its end a token is renewed, in milliseconds; at most half of its life. Default: 10 min. */
  refreshThresholdMs?: number

  /** How long a caller waits for a token, in milliseconds. Default: 10 s. */
  waitMs?: number

  /** How long one token request may take in all, in milliseconds. Default: 10 s, never over 30 s. */
  requestDeadlineMs?: number
}

export type ResolvedOAuthConfig = Required<OAuthConfig<Record<string, ProviderConfig>>>

const LONGEST_REQUEST_MS = 30_000

const DEFAULTS = {
  cacheEnabled: true,
  refreshThresholdMs: 10 * 60_000,
  waitMs: 10_000,
  requestDeadlineMs: 10_000,
}

const DURATIONS = ['refreshThresholdMs', 'waitMs', 'requestDeadlineMs'] as const

/**
 * @throws when the configuration contradicts itself, naming the file and the key
 */
export function defineConfig<Providers extends Record<string, ProviderConfig>>(
  config: OAuthConfig<Providers>
): ResolvedOAuthConfig {
  const resolved = withDefaults(config)

  if (!Object.hasOwn(config.providers, config.default)) {
    throw new Error('config/oauth.ts: "default" names no entry of "providers"')
  }
  for (const key of DURATIONS) {
    if (Number.isFinite(resolved[key]) && resolved[key] > 0) continue
    throw new Error(`config/oauth.ts: "${key}" must be a number of milliseconds above 0`)
  }
  if (resolved.requestDeadlineMs > LONGEST_REQUEST_MS) {
    throw new Error(`config/oauth.ts: "requestDeadlineMs" must not exceed ${LONGEST_REQUEST_MS}`)
  }
  return resolved
}

/** A key that is there without a value counts as left out. */
function withDefaults<Providers extends Record<string, ProviderConfig>>(
  config: OAuthConfig<Providers>
): Required<OAuthConfig<Providers>> {
  return {
    ...config,
    cacheEnabled: config.cacheEnabled ?? DEFAULTS.cacheEnabled,
    refreshThresholdMs: config.refreshThresholdMs ?? DEFAULTS.refreshThresholdMs,
    waitMs: config.waitMs ?? DEFAULTS.waitMs,
    requestDeadlineMs: config.requestDeadlineMs ?? DEFAULTS.requestDeadlineMs,
  }
}

export const stores = {
  memory: () => new MemoryTokenStore(),

  /** For a gateway without a cache: pauses are kept, tokens are not. */
  none: () => new NoTokenStore(),
}
