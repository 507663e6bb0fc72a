import type { Logger } from '@adonisjs/core/logger'
import type { ChangeBus, Leases, TokenStore } from '#oauth/contracts'
import { storeEvents } from '#oauth/store_events'
import { DegradableLeases } from '#oauth/sharing/degradable_leases'
import { soleHolder } from '#oauth/sharing/sole_holder'
import { StoreOutage } from '#oauth/sharing/store_outage'
import type { TokenSharing } from '#oauth/sharing/token_sharing'
import { TokenWatch } from '#oauth/sharing/token_watch'
import { AnnouncedTokenStore } from '#oauth/stores/announced'
import { DegradableTokenStore } from '#oauth/stores/degradable'
import { EncryptedTokenStore } from '#oauth/stores/encrypted'
import type { TokenCipher } from '#oauth/token_cipher'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'

export interface SharingParts {
  store: TokenStore

  /** Absent where one process owns the store. */
  leases?: Leases
  changes?: ChangeBus
  cipher: TokenCipher

  /** How long the store may take for one answer, in milliseconds. */
  patienceMs: number
  clock: Clock
  recorder: EventRecorder
  logger: Logger
}

/**
 * Puts around a store at rest what every one of them needs: changes are announced, an
 * outage is survived, and what is secret reaches none of it unsealed.
 */
export function buildSharing(parts: SharingParts): TokenSharing & { store: EncryptedTokenStore } {
  const { store, leases, changes, cipher, recorder } = parts
  const outage = new StoreOutage({ ...parts, store: store.name })
  // Its try comes before catching up: what happens during it is caught up with too.
  const turns = leases && new DegradableLeases(leases, outage)
  const announced = changes ? new AnnouncedTokenStore(store, changes) : store

  const encrypted = new EncryptedTokenStore(new DegradableTokenStore(announced, outage), {
    cipher,
    unreadable: (key, reason) => recorder.record(storeEvents.unreadable(store.name, reason, key)),
  })

  if (!turns) return { store: encrypted, leases: soleHolder, outage }
  return {
    store: encrypted,
    leases: turns,
    outage,
    watch: new TokenWatch({ ...parts, store: encrypted, bus: changes }),
  }
}
