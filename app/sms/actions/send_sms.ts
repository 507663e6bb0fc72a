import type { Logger } from '@adonisjs/core/logger'
import { OrangeError } from '#orange/errors'
import type { OrangeSmsClient, OutboundSms, SendOutcome } from '#orange/orange_sms_client'
import { segment } from '#sms/gsm_0338'
import type SmsMessage from '#sms/models/sms_message'
import { senderFor } from '#sms/phone_number'
import type { SmsSettings } from '#sms/sms_settings'
import type { MessageEnd, SmsLedger } from '#sms/stores/sms_ledger'
import { failureCode } from '#shared/failure_code'
import { GatewayError } from '#shared/gateway_error'

export interface SendSmsParts {
  client: OrangeSmsClient
  ledger: SmsLedger
  settings: SmsSettings
  logger: Logger
}

export interface SmsCommand {
  userId: number

  /** In E.164. */
  to: string
  message: string
  senderName?: string
  reference?: string
  requestId?: string
}

/** Sends one SMS: a row in the ledger, Orange, the row again. */
export class SendSms {
  readonly #parts: SendSmsParts

  constructor(parts: SendSmsParts) {
    this.#parts = parts
  }

  /**
   * Answers the ledger's row, `sent` or `unknown`.
   *
   * @throws {OrangeError} when Orange refused
   * @throws {TokenUnavailable} when there was no token to send with
   * @throws {LedgerUnavailable} when nothing could be recorded, and nothing was sent
   */
  async execute(command: SmsCommand): Promise<SmsMessage> {
    const { ledger, settings } = this.#parts
    const from = senderFor(command.to, settings.senders)
    const message = await ledger.open({ ...command, ...segment(command.message), from })

    const sms = { to: command.to, from, senderName: command.senderName, message: command.message }
    const outcome = await this.#send(sms, message)

    await this.#close(message, toEnd(outcome))
    return message
  }

  async #send(sms: OutboundSms, message: SmsMessage): Promise<SendOutcome> {
    try {
      return await this.#parts.client.send(sms, { correlationId: message.requestId ?? undefined })
    } catch (error) {
      if (!(error instanceof GatewayError)) return this.#unexpected(error, message)
      await this.#close(message, toFailure(error))
      throw error.about(message.id)
    }
  }

  /** Nobody knows how far the send got. Whoever is told that it failed sends it again. */
  #unexpected(error: unknown, message: SmsMessage): SendOutcome {
    this.#parts.logger.error(
      { messageId: message.id, code: failureCode(error) },
      'A send ended unexpectedly'
    )
    return { status: 'unknown', reason: { code: 'internal_error' } }
  }

  /**
   * Orange has answered: nothing may be undone now. A row that cannot be written stays
   * `sending`, and is settled as `unknown` when the ledger can be written again.
   */
  async #close(message: SmsMessage, end: MessageEnd): Promise<void> {
    try {
      await this.#parts.ledger.close(message, end)
    } catch {
      message.status = end.status === 'failed' ? 'failed' : 'unknown'
      this.#parts.logger.error(
        { messageId: message.id, ended: end.status },
        'The end of a message could not be recorded'
      )
    }
  }
}

function toEnd(outcome: SendOutcome): MessageEnd {
  if (outcome.status === 'sent') return outcome
  const { reason, tokenFingerprint } = outcome
  return { status: 'unknown', reasonCode: reason.code, reason: reason.text, tokenFingerprint }
}

function toFailure(error: GatewayError): MessageEnd {
  if (!(error instanceof OrangeError)) {
    return { status: 'failed', reasonCode: error.code, reason: error.message }
  }

  const { code, reason, tokenFingerprint } = error
  return {
    status: 'failed',
    reasonCode: reason.code ?? code,
    reason: reason.text,
    tokenFingerprint,
  }
}
