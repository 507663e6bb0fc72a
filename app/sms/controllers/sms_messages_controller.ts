import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { SendSms } from '#sms/actions/send_sms'
import { MessageNotFound } from '#sms/errors'
import { SmsLedger } from '#sms/stores/sms_ledger'
import { sendSmsValidator } from '#sms/validators'

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

@inject()
export default class SmsMessagesController {
  readonly #sendSms: SendSms
  readonly #ledger: SmsLedger

  constructor(sendSms: SendSms, ledger: SmsLedger) {
    this.#sendSms = sendSms
    this.#ledger = ledger
  }

  async store({ request, response, caller }: HttpContext) {
    // The body alone: parameters of the address end up in logs, and would override it.
    const sms = await sendSmsValidator.validate(request.body())
    const message = await this.#sendSms.execute({
      ...sms,
      userId: caller.id,
      requestId: request.id(),
    })

    return response.status(message.status === 'sent' ? 201 : 202).send({
      data: {
        id: message.id,
        status: message.status,
        to: sms.to,
        resourceId: message.resourceId ?? null,
        segments: message.segments,
      },
    })
  }

  async show({ params, caller }: HttpContext) {
    if (!UUID.test(params.id)) throw new MessageNotFound()
    const owner = caller.abilities.has('sms:read:all') ? undefined : caller.id
    const message = await this.#ledger.find(params.id, owner)

    return {
      data: {
        id: message.id,
        status: message.status,
        to: this.#ledger.recipientOf(message),
        senderName: message.senderName,
        reference: message.reference,
        encoding: message.encoding,
        segments: message.segments,
        resourceId: message.resourceId,
        reason: message.reasonCode && { code: message.reasonCode, text: message.reason },
        createdAt: new Date(message.createdAt).toISOString(),
        finishedAt: message.finishedAt && new Date(message.finishedAt).toISOString(),
      },
    }
  }
}
