import type { AcceptedMessage } from '#orange/sandbox/outbox'
import { conditionOf, type RecipientCondition } from '#orange/sandbox/recipients'
import { isRefusal, refuse, type Refusal } from '#orange/sandbox/refusal'
import { checkAtGate } from '#orange/sandbox/routes/gate'
import { readSmsRequest, type SmsRequest } from '#orange/sandbox/sms_request'
import type { SandboxState } from '#orange/sandbox/state'
import type { ApiRequest } from '#orange/sandbox/wire/api_request'
import { jsonReply, type Reply, type RouteResult } from '#orange/sandbox/wire/reply'

/** Recorded answers name Orange's own host, whatever host was asked. */
const RESOURCE_BASE = 'https://api.orange.com/smsmessaging/v1/outbound'

/** POST /smsmessaging/v1/outbound/{sender}/requests: accepts one SMS, or says why not. */
export class SmsRoute {
  readonly #state: SandboxState

  constructor(state: SandboxState) {
    this.#state = state
  }

  handle(request: ApiRequest, sender: string): RouteResult {
    const refusal = this.#check(request, sender)
    if (refusal) return refuse(refusal, this.#state.settings)

    const sms = readSmsRequest(request.body, sender, this.#state.settings)
    if (isRefusal(sms)) return refuse(sms, this.#state.settings)
    return this.#accept(sms)
  }

  #check(request: ApiRequest, sender: string): Refusal | undefined {
    const { pace, settings } = this.#state
    if (request.method !== 'POST') return { code: 61 }

    const refusal = checkAtGate(request, this.#state)
    if (refusal) return refusal
    if (!pace.admits(settings.sendsPerSecond)) return { code: 53 }
    if (!/^tel:\+\d{4,15}$/.test(sender)) return { code: 60 }
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return { code: 68 }
  }

  #accept(sms: SmsRequest): RouteResult {
    const condition = conditionOf(sms.address)
    const refusal = this.#refusalOf(sms, condition)
    if (refusal) return refuse(refusal, this.#state.settings)

    const message = this.#state.outbox.add(sms)
    if (condition === 'accepted_in_silence') return null
    return this.#confirm(message, condition !== 'accepted_without_resource')
  }

  #refusalOf(sms: SmsRequest, condition: RecipientCondition | undefined): Refusal | undefined {
    const { settings, outbox, contract } = this.#state
    if (typeof condition === 'object') return condition

    if (settings.refuseRepeatedCorrelators && outbox.knows(sms.clientCorrelator)) {
      return { messageId: 'SVC0005', variables: [sms.clientCorrelator!, 'clientCorrelator'] }
    }
    return contract.charge(sms.message, settings)
  }

  /** The answer's address is a list although the request's is a text. */
  #confirm(message: AcceptedMessage, withResource: boolean): Reply {
    const url = `${RESOURCE_BASE}/${message.senderAddress}/requests/${message.resourceId}`
    const body = {
      outboundSMSMessageRequest: {
        address: [message.address],
        senderAddress: message.senderAddress,
        senderName: message.senderName,
        outboundSMSTextMessage: { message: message.message },
        resourceURL: withResource ? url : undefined,
      },
    }

    const located = withResource && this.#state.settings.locationHeader
    return jsonReply(201, body, located ? { Location: url } : {})
  }
}
