import type { Mailer } from '@adonisjs/mail'
import type { MailTransportContract } from '@adonisjs/mail/types'
import type { Anchor } from '#audit/checkpoints/anchor'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import { NotKept } from '#audit/checkpoints/errors'
import { failureCode } from '#shared/failure_code'
import type { Clock } from '#shared/clock'

export interface MailboxAnchorParts {
  mailer: Pick<Mailer<MailTransportContract>, 'send'>
  to: string
  from: string
  clock: Clock

  /** How long one delivery may take, in milliseconds. */
  deadlineMs: number
}

const AN_HOUR_MS = 60 * 60_000

/** Mails checkpoints, each with the line that the file would hold. */
export class MailboxAnchor implements Anchor {
  readonly name = 'mailbox'

  /** A person is to read these. */
  readonly leastIntervalMs = AN_HOUR_MS
  readonly #parts: MailboxAnchorParts

  constructor(parts: MailboxAnchorParts) {
    this.#parts = parts
  }

  /** @throws {NotKept} */
  async keep(checkpoint: Checkpoint): Promise<void> {
    const overdue = Promise.withResolvers<never>()
    const { clock, deadlineMs } = this.#parts
    // A server that answers slowly, but answers, would hold up the end of the process.
    const cancel = clock.after(deadlineMs, () => overdue.reject(new NotKept('timeout')))

    try {
      await Promise.race([this.#send(checkpoint), overdue.promise])
    } finally {
      cancel()
    }
  }

  /** The errors of the mail library quote what the server says, and addresses. */
  async #send(checkpoint: Checkpoint): Promise<void> {
    const { mailer, from, to } = this.#parts
    try {
      await mailer.send((message) => {
        message.from(from).to(to).subject(subjectOf(checkpoint)).text(textOf(checkpoint))
      })
    } catch (error) {
      throw new NotKept(failureCode(error))
    }
  }
}

function subjectOf({ chain, seq }: Checkpoint): string {
  return `Audit checkpoint: ${chain}, event ${seq}`
}

function textOf(checkpoint: Checkpoint): string {
  const { seq, fingerprint, createdAt } = checkpoint
  return [
    `At ${createdAt} the newest audit event was number ${seq}. Its fingerprint:`,
    fingerprint,
    '',
    'Keep this mail. It shows when events up to this one are changed or cut off later.',
    'The signed checkpoint, as it stands in the checkpoint file:',
    '',
    JSON.stringify(checkpoint),
    '',
  ].join('\n')
}
