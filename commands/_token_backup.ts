import type { ApplicationService } from '@adonisjs/core/types'
import type { EncryptedTokenStore } from '#oauth/stores/encrypted'

/** What token:backup and token:restore work with. */
export async function tokenBackup(app: ApplicationService, store: EncryptedTokenStore) {
  const { TokenBackup } = await import('#oauth/actions/token_backup')
  const { BackedUpTokens } = await import('#oauth/stores/backed_up_tokens')
  const { TenantCredentialStore } = await import('#oauth/stores/tenant_credentials')
  const { RefreshTokenStore } = await import('#oauth/stores/refresh_tokens')
  const { operator } = await import('#access/operator')
  const { systemClock } = await import('#shared/clock')
  const { EventRecorder } = await import('#shared/event_recorder')

  const tables = [
    new BackedUpTokens(store, systemClock),
    await app.container.make(TenantCredentialStore),
    await app.container.make(RefreshTokenStore),
  ]
  const backup = new TokenBackup(tables, await app.container.make(EventRecorder))
  return { backup, cause: { actor: operator() } }
}
