import type { ConfigProvider } from '@adonisjs/core/types'
import type { ChangeBus, LeaseFactory, TokenStore } from '#oauth/contracts'
import { checkProvider } from '#oauth/check_provider'
import type { ProviderChoice, ProviderConfig } from '#oauth/provider_config'

/** A store of this process's own, or one that outlives it and that others may share. */
export type StoreChoice = (() => TokenStore) | ConfigProvider<TokenStore>

export interface OAuthConfig<Providers extends Record<string, ProviderChoice>> {
  /** The provider that is meant when none is named. */
  default: NoInfer<keyof Providers & string>
  providers: Providers

  /** Where tokens and pauses are kept. */
  store: StoreChoice

  /** Where the leases are by which processes take turns at asking. Absent: tokens are not shared. */
  leases?: ConfigProvider<LeaseFactory>

  /** Where changes are announced, besides. Absent: other processes look every few seconds. */
  changes?: ConfigProvider<ChangeBus>

  /** How long a shared store may take for one answer before tokens are kept without it, in milliseconds. Default: 2 s. */
  storePatienceMs?: number

  /** For how long one process may ask before another one does, in milliseconds: longer than a token request takes. Default: twice as long, 20 s. */
  leaseMs?: number

  /** After how long without use a tenant's or subject's token is let go of, in milliseconds. Default: 1 h. */
  idleMs?: number

  /** Whether applications that may be handed tokens get them (`POST /api/token`). Default: false. */
  tokenApiEnabled?: boolean

  /** Whether a token serves more than one call. Default: true. */
  cacheEnabled?: boolean

  /** How long before its end a token is renewed, in milliseconds; at most half of its life. Default: 10 min. */
  refreshThresholdMs?: number

  /** How long a caller waits for a token, in milliseconds. Default: 10 s. */
  waitMs?: number

  /** How long one token request may take in all, in milliseconds. Default: 10 s, never over 30 s. */
  requestDeadlineMs?: number
}

/** The configuration with its defaults. */
export type DefinedOAuthConfig<Provider extends ProviderChoice = ProviderChoice> = WithDefaults<
  Record<string, Provider>
>

/** The configuration when every provider has its credentials at hand. */
export type ResolvedOAuthConfig = DefinedOAuthConfig<ProviderConfig>

type WithDefaults<Providers extends Record<string, ProviderChoice>> = OAuthConfig<Providers> &
  Required<Pick<OAuthConfig<Providers>, keyof typeof DEFAULTS | 'leaseMs'>>

const LONGEST_REQUEST_MS = 30_000

const DEFAULTS = {
  cacheEnabled: true,
  tokenApiEnabled: false,
  refreshThresholdMs: 10 * 60_000,
  waitMs: 10_000,
  requestDeadlineMs: 10_000,
  storePatienceMs: 2_000,
  idleMs: 60 * 60_000,
}

const DURATIONS = [
  'refreshThresholdMs',
  'waitMs',
  'requestDeadlineMs',
  'storePatienceMs',
  'leaseMs',
  'idleMs',
] as const

/**
 * @throws when the configuration contradicts itself, naming the file and the key
 */
export function defineConfig<Provider extends ProviderChoice, Names extends string>(
  config: OAuthConfig<Record<Names, Provider>>
): DefinedOAuthConfig<Provider> {
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
  if (resolved.leaseMs <= resolved.requestDeadlineMs) {
    throw new Error('config/oauth.ts: "leaseMs" must exceed "requestDeadlineMs"')
  }
  for (const [name, provider] of Object.entries<ProviderChoice>(config.providers)) {
    checkProvider(name, provider)
    if (provider.grant.needsSignIn && typeof config.store === 'function') {
      throw new Error(
        `config/oauth.ts: "providers.${name}.grant" spends a refresh token for every access token, so "store" must outlive the process (OAUTH_TOKEN_STORE)`
      )
    }
  }
  return resolved
}

/** A key that is there without a value counts as left out. */
function withDefaults<Providers extends Record<string, ProviderChoice>>(
  config: OAuthConfig<Providers>
): WithDefaults<Providers> {
  const requestDeadlineMs = config.requestDeadlineMs ?? DEFAULTS.requestDeadlineMs
  return {
    ...config,
    tokenApiEnabled: config.tokenApiEnabled ?? DEFAULTS.tokenApiEnabled,
    cacheEnabled: config.cacheEnabled ?? DEFAULTS.cacheEnabled,
    refreshThresholdMs: config.refreshThresholdMs ?? DEFAULTS.refreshThresholdMs,
    waitMs: config.waitMs ?? DEFAULTS.waitMs,
    requestDeadlineMs,
    idleMs: config.idleMs ?? DEFAULTS.idleMs,
    storePatienceMs: config.storePatienceMs ?? DEFAULTS.storePatienceMs,
    leaseMs: config.leaseMs ?? 2 * requestDeadlineMs,
  }
}

export { stores, leases, changes } from '#oauth/drivers'
export { credentials } from '#oauth/credentials'
export { grants } from '#oauth/grants'
