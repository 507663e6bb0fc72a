import { publicKeyFrom } from '#audit/chain/signing_key'
import type { SigningKey } from '#audit/chain/signing_key'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import type { CheckpointStore } from '#audit/stores/checkpoint_store'
import type { PublishedKey, SigningKeyStore } from '#audit/stores/signing_key_store'
import type { AuditEvent, EventRecorder } from '#shared/event_recorder'

export interface PublishedEvidenceParts {
  checkpoints: CheckpointStore
  keys: SigningKeyStore
  signingKey: SigningKey
  trusted: TrustedKeys
  recorder: EventRecorder
}

/** Who reads, and in the course of which request. */
export type Reader = Pick<AuditEvent, 'actor' | 'correlationId'>

export interface PublicKey extends PublishedKey {
  algorithm: 'Ed25519'

  /** The same key in SPKI form, as other programs read it. */
  pem: string

  /** Whether this process signs with it. */
  current: boolean

  /** Whether its signatures count here. */
  trusted: boolean
}

const DEFAULT_LIMIT = 50

/** Shows what proves the trail to whoever wants to check it alone. Looking is recorded first. */
export class PublishedEvidence {
  readonly #parts: PublishedEvidenceParts

  constructor(parts: PublishedEvidenceParts) {
    this.#parts = parts
  }

  /** The newest first. @throws RecordingUnavailable */
  async checkpoints(
    {
      cursor = Number.MAX_SAFE_INTEGER,
      limit = DEFAULT_LIMIT,
    }: { cursor?: number; limit?: number },
    reader: Reader
  ): Promise<{ checkpoints: Checkpoint[]; nextCursor: string | null }> {
    const page = await this.#parts.checkpoints.page(cursor, limit + 1)
    const checkpoints = page.slice(0, limit)
    await this.#record(reader, 'audit_checkpoints', checkpoints.length)

    const more = page.length > limit
    return { checkpoints, nextCursor: more ? String(checkpoints.at(-1)!.seq) : null }
  }

  /** Every key that has signed, the newest first. @throws RecordingUnavailable */
  async publicKeys(reader: Reader): Promise<PublicKey[]> {
    const { keys, signingKey, trusted } = this.#parts
    const published = await keys.all()
    await this.#record(reader, 'audit_public_keys', published.length)

    return published.map((key) => ({
      ...key,
      algorithm: 'Ed25519',
      pem: publicKeyFrom(key.publicKey).export({ format: 'pem', type: 'spki' }).toString(),
      current: key.keyId === signingKey.keyId,
      trusted: trusted.all.has(key.keyId),
    }))
  }

  async #record(reader: Reader, id: string, count: number): Promise<void> {
    await this.#parts.recorder.record({
      ...reader,
      type: 'audit.read',
      outcome: 'success',
      target: { type: 'audit_trail', id },
      count,
    })
  }
}
