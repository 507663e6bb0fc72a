import { publicKeyText, type SigningKey } from '#audit/chain/signing_key'
import type { AuditStore } from '#audit/stores/audit_store'
import type { PublishedKey, SigningKeyStore } from '#audit/stores/signing_key_store'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'

export interface KeyHistoryParts {
  store: AuditStore
  keys: SigningKeyStore
  signingKey: SigningKey
  recorder: EventRecorder
  clock: Clock
}

/**
 * The public keys that have signed this trail, published so that reviewers can ask for
 * them. It tells what was; which keys are trusted, the configuration says.
 */
export class KeyHistory {
  readonly #parts: KeyHistoryParts

  constructor(parts: KeyHistoryParts) {
    this.#parts = parts
  }

  /**
   * Publishes our key, together with the event that it was introduced: both, or neither.
   * Does nothing when it is known.
   *
   * @throws RecordingUnavailable, or the database's error
   */
  async introduce(): Promise<void> {
    const { store, keys, signingKey, recorder, clock } = this.#parts
    const { keyId, publicKey } = signingKey

    await store.transaction(async (trx) => {
      await store.lock(trx)
      const before = await keys.newest(trx)
      if (await keys.has(trx, keyId)) return

      await recorder.record(introduced(keyId, before), trx)
      await keys.add(trx, {
        keyId,
        publicKey: publicKeyText(publicKey),
        introducedAt: new Date(clock.now()).toISOString(),
        introducedSeq: await store.headSeq(trx),
      })
    })
  }
}

function introduced(keyId: string, before: PublishedKey | undefined) {
  return {
    type: 'audit.key.introduced',
    outcome: 'success',
    severity: 'medium',
    target: { type: 'signing_key', id: keyId },
    details: { previousKeyId: before?.keyId ?? null },
  } as const
}
