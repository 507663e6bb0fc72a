import type { ChainVerifier, VerificationOptions } from '#audit/verification/chain_verifier'
import { sentenceOf, type TrailVerdict } from '#audit/verification/verdict'
import type { Logger } from '@adonisjs/core/logger'
import type { Actor, AuditEvent, EventRecorder } from '#shared/event_recorder'
import { GatewayError } from '#shared/gateway_error'
import { VerificationUnavailable } from '#audit/verification/errors'

export interface VerifyTrailParts {
  verifier: ChainVerifier
  recorder: EventRecorder
  logger: Logger
}

/** Who asks. */
export interface VerificationRequest extends VerificationOptions {
  actor: Actor
  correlationId?: string
}

/**
 * Verifies the trail and records what was found. Whoever asks while a verification is
 * under way gets what that one finds.
 */
export class VerifyTrail {
  readonly #parts: VerifyTrailParts
  #running?: Promise<TrailVerdict>

  constructor(parts: VerifyTrailParts) {
    this.#parts = parts
  }

  /**
   * What was found is recorded before it is told. Only where the trail has been tampered
   * with is it told in any case: on such a trail, nothing can be recorded any more.
   *
   * @throws {VerificationUnavailable} when the trail cannot be read
   * @throws RecordingUnavailable when the trail is valid and cannot be written
   */
  async verify({ actor, correlationId, ...options }: VerificationRequest): Promise<TrailVerdict> {
    const verdict = await this.#joined(options)
    await this.#tell(verdict, { actor, correlationId })
    return verdict
  }

  #joined(options: VerificationOptions): Promise<TrailVerdict> {
    this.#running ??= this.#alone(options).finally(() => (this.#running = undefined))
    return this.#running
  }

  async #alone(options: VerificationOptions): Promise<TrailVerdict> {
    try {
      return await this.#parts.verifier.verify(options)
    } catch (error) {
      if (error instanceof GatewayError) throw error
      throw new VerificationUnavailable(error)
    }
  }

  async #tell(verdict: TrailVerdict, by: Pick<AuditEvent, 'actor' | 'correlationId'>) {
    const { recorder, logger } = this.#parts
    if (verdict.valid) return recorder.record({ ...eventOf(verdict), ...by })

    const recorded = await recorder.record({ ...eventOf(verdict), ...by }).then(
      () => true,
      () => false
    )
    const { firstBadSeq, problem } = verdict
    logger.fatal({ firstBadSeq, problem, recorded }, sentenceOf(verdict))
  }
}

function eventOf(verdict: TrailVerdict): AuditEvent {
  const { valid, count, firstSeq, lastSeq, firstBadSeq, problem, erased, checkpoints } = verdict
  const common = { target: { type: 'audit_trail', id: 'main' }, count }
  const found = { firstSeq, lastSeq, erased, checkpoints: checkpoints.agreed }

  if (valid) return { ...common, type: 'audit.verified', outcome: 'success', details: found }
  return {
    ...common,
    type: 'audit.tamper_detected',
    outcome: 'failure',
    severity: 'critical',
    reasonCode: problem ?? undefined,
    details: { ...found, firstBadSeq },
  }
}
