import { randomUUID } from 'node:crypto'
import type { Encryption } from '@adonisjs/core/encryption'
import { LedgerUnavailable, MessageNotFound } from '#sms/errors'
import type { Segmentation } from '#sms/gsm_0338'
import SmsMessage from '#sms/models/sms_message'
import type { Clock } from '#shared/clock'
import type { KeyedDigest } from '#shared/keyed_digest'

export interface SmsLedgerParts {
  encryption: Encryption

  /** Makes the blind index of telephone numbers. */
  numberIndex: KeyedDigest
  clock: Clock
}

export interface NewMessage extends Segmentation {
  userId: number
  to: string
  from: string
  senderName?: string
  reference?: string
  requestId?: string
}

/** How a message ended, as the ledger keeps it. */
export type MessageEnd =
  | { status: 'sent'; resourceId: string; tokenFingerprint: string }
  | {
      status: 'failed' | 'unknown'
      reasonCode?: string
      reason?: string
      tokenFingerprint?: string
    }

/**
 * Which SMS went out, when, under which token, and how it ended. A row stands before
 * anything is sent, so that no SMS goes out unseen.
 */
export class SmsLedger {
  readonly #parts: SmsLedgerParts

  constructor(parts: SmsLedgerParts) {
    this.#parts = parts
  }

  /** @throws {LedgerUnavailable} and then nothing may be sent */
  async open(message: NewMessage): Promise<SmsMessage> {
    const id = randomUUID()

    return SmsMessage.create({
      id,
      userId: message.userId,
      status: 'sending',
      recipient: this.#parts.encryption.encrypt(message.to, { purpose: purposeOf(id) }),
      recipientIndex: this.#parts.numberIndex.of(message.to),
      senderAddress: message.from,
      senderName: message.senderName,
      reference: message.reference,
      encoding: message.encoding,
      segments: message.segments,
      requestId: message.requestId,
      createdAt: this.#parts.clock.now(),
    }).catch(() => {
      throw new LedgerUnavailable()
    })
  }

  async close(message: SmsMessage, end: MessageEnd): Promise<void> {
    await message.merge({ ...end, finishedAt: this.#parts.clock.now() }).save()
  }

  /**
   * @param ownerId whose message it must be; undefined for those who may see all
   * @throws {MessageNotFound} also when it is somebody else's
   */
  async find(id: string, ownerId?: number): Promise<SmsMessage> {
    const query = SmsMessage.query().where('id', id)
    if (ownerId !== undefined) query.where('userId', ownerId)

    const message = await query.first()
    if (!message) throw new MessageNotFound()
    return message
  }

  /** The number of a row; null when the key it was encrypted with is gone. */
  recipientOf(message: SmsMessage): string | null {
    return this.#parts.encryption.decrypt<string>(message.recipient, purposeOf(message.id))
  }

  /**
   * Rows that were being sent when their process died end as `unknown`: they may have
   * been accepted. Answers how many there were.
   */
  async settleInterrupted(olderThanMs: number): Promise<number> {
    const now = this.#parts.clock.now()
    const [settled] = await SmsMessage.query()
      .where('status', 'sending')
      .where('createdAt', '<', now - olderThanMs)
      .update({ status: 'unknown', reason_code: 'interrupted', finished_at: now })
    return Number(settled)
  }
}

/** Bound to the row: an encrypted number cannot be moved to another message. */
function purposeOf(id: string): string {
  return `sms_messages.recipient:${id}`
}
