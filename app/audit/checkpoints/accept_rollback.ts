import type { ChainGuard } from '#audit/chain/chain_guard'
import type { SigningKey } from '#audit/chain/signing_key'
import type { CheckpointFile } from '#audit/checkpoints/checkpoint_file'
import type { Checkpointer } from '#audit/checkpoints/checkpointer'
import { NothingToAcknowledge } from '#audit/checkpoints/errors'
import {
  type RollbackAcknowledgement,
  signAcknowledgement,
} from '#audit/checkpoints/rollback_acknowledgement'
import type { RollbackWatch } from '#audit/checkpoints/rollback_watch'
import type { CheckpointStore } from '#audit/stores/checkpoint_store'
import type { Clock } from '#shared/clock'
import type { Actor, AuditEvent, EventRecorder } from '#shared/event_recorder'

export interface AcceptRollbackParts {
  watch: RollbackWatch
  store: CheckpointStore
  file: CheckpointFile
  guard: ChainGuard
  signingKey: SigningKey
  recorder: EventRecorder
  checkpointer: Checkpointer
  clock: Clock
}

/**
 * Goes on from an older state of the trail, because somebody has decided so: the events
 * that are lost stay lost, and the trail says that they are.
 */
export class AcceptRollback {
  readonly #parts: AcceptRollbackParts

  constructor(parts: AcceptRollbackParts) {
    this.#parts = parts
  }

  /**
   * @param reason why, in the words of whoever decides
   * @throws {NothingToAcknowledge} when the chain is what the checkpoints say
   * @throws {ChainRefused} when the head is not genuine: that is no rollback
   * @throws RecordingUnavailable, and then nothing was accepted
   */
  async run(actor: Actor, reason: string): Promise<RollbackAcknowledgement> {
    const { watch, store, file, guard, signingKey, recorder, checkpointer, clock } = this.#parts
    const known = await watch.lastKnown()
    if (!known || !(await watch.isRolledBack(known))) throw new NothingToAcknowledge()

    const { seq, fingerprint } = await watch.common()
    guard.expect(0)
    guard.admit(await store.head())
    const lost = { actor, comment: reason, details: { fromSeq: seq + 1, toSeq: known.seq } }
    await recorder.record({ ...DETECTED, ...lost })
    await recorder.record({ ...ACKNOWLEDGED, ...lost })

    const acknowledgement = signAcknowledgement(signingKey, {
      chain: store.chain,
      ...{ seq, fingerprint, lostUpTo: known.seq },
      createdAt: new Date(clock.now()).toISOString(),
    })
    await file.append(acknowledgement)
    await checkpointer.sign('manual')
    return acknowledgement
  }
}

const TRAIL = { type: 'audit_trail', id: 'main' }

const DETECTED: AuditEvent = {
  type: 'audit.tamper_detected',
  outcome: 'failure',
  severity: 'critical',
  reasonCode: 'rolled_back',
  target: TRAIL,
}

const ACKNOWLEDGED: AuditEvent = {
  type: 'audit.rollback_acknowledged',
  outcome: 'success',
  severity: 'critical',
  target: TRAIL,
}
