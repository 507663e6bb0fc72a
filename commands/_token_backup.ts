import type { ApplicationService } from '@adonisjs/core/types'
import type { EncryptedTokenStore } from '#oauth/stores/encrypted'

/** What token:backup and token:restore work with. */
export async function tokenBackup(app: ApplicationService, store: EncryptedTokenStore) {
  const { TokenBackup } = await import('#oauth/actions/token_backup')
  const { operator } = await import('#access/operator')
  const { systemClock } = await import('#shared/clock')
  const { EventRecorder } = await import('#shared/event_recorder')

  const recorder = await app.container.make(EventRecorder)
  const backup = new TokenBackup({ store, recorder, clock: systemClock })
  return { backup, cause: { actor: operator() } }
}
