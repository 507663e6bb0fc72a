import { configProvider } from '@adonisjs/core'
import { Logger } from '@adonisjs/core/logger'
import type { ApplicationService } from '@adonisjs/core/types'
import type { ChangeBus, CredentialSource, LeaseFactory, TokenStore } from '#oauth/contracts'
import type { DefinedOAuthConfig, ResolvedOAuthConfig } from '#oauth/define_config'
import type { ProviderConfig } from '#oauth/provider_config'
import { leases as leasesIn } from '#oauth/drivers'
import { buildSharing } from '#oauth/sharing/build_sharing'
import { type TokenSharing, unshared } from '#oauth/sharing/token_sharing'
import type { SignInKeeping } from '#oauth/sign_in/contracts'
import { RefreshTokenStore } from '#oauth/stores/refresh_tokens'
import { TokenCipher } from '#oauth/token_cipher'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'

/** With the credentials of every provider at hand. */
export async function resolvedOAuthConfig(app: ApplicationService): Promise<ResolvedOAuthConfig> {
  const config = app.config.get<DefinedOAuthConfig>('oauth')
  const providers: Record<string, ProviderConfig> = {}

  for (const [name, provider] of Object.entries(config.providers)) {
    const given = await configProvider.resolve<CredentialSource>(app, provider.credentials)
    const credentials = given ?? (provider.credentials as CredentialSource)
    providers[name] = { ...provider, credentials }
  }
  return { ...config, providers }
}

/** Where the tokens of all processes meet, as config/oauth.ts says. */
export async function tokenSharing(app: ApplicationService): Promise<TokenSharing> {
  const { container, config } = app
  const { store, leases, changes, storePatienceMs, leaseMs } =
    config.get<DefinedOAuthConfig>('oauth')
  if (typeof store === 'function') return unshared(store())

  const makeLeases = await configProvider.resolve<LeaseFactory>(app, leases)
  const bus = await configProvider.resolve<ChangeBus>(app, changes)
  return buildSharing({
    store: (await configProvider.resolve<TokenStore>(app, store))!,
    leases: makeLeases?.({ lifeMs: leaseMs }),
    changes: bus ?? undefined,
    cipher: await container.make(TokenCipher),
    patienceMs: storePatienceMs,
    clock: systemClock,
    recorder: await container.make(EventRecorder),
    logger: await container.make(Logger),
  })
}

/** Where what people gave is kept who signed in, and the turns that are taken at spending it. */
export async function signInKeeping(app: ApplicationService): Promise<SignInKeeping> {
  const { leaseMs } = app.config.get<DefinedOAuthConfig>('oauth')
  const makeLeases = await configProvider.resolve<LeaseFactory>(app, leasesIn('refreshTokens'))
  return {
    refreshTokens: await app.container.make(RefreshTokenStore),
    turns: makeLeases!({ lifeMs: leaseMs }),
  }
}
