import type { Cause } from '#oauth/events'
import { OrangeError, UnansweredRequest } from '#orange/errors'
import { leastTime } from '#orange/least_time'
import { verdictOn, type OrangeReason, type OrangeVerdict } from '#orange/orange_answers'
import type { OrangeAuthService } from '#orange/orange_auth_service'
import { fullJitter, type Random } from '#shared/backoff'
import type { Clock } from '#shared/clock'
import type { HttpAnswer, HttpRequest } from '#shared/http_client'
import { retryAfterMs } from '#shared/retry_after'
import { parseJsonObject } from '#shared/strict_json'

export interface OrangeSmsClientParts {
  auth: OrangeAuthService
  clock: Clock
  random: Random
  baseUrl: string
  path: string

  /** How long sending one SMS may take, retries included, in milliseconds. */
  deadlineMs: number
}

export interface OutboundSms {
  /** Both in E.164, with the plus. */
  to: string
  from: string
  senderName?: string
  message: string
}

/** How a send that was not refused ended. */
export type SendOutcome =
  | { status: 'sent'; resourceId: string; tokenFingerprint: string }
  | { status: 'unknown'; reason: OrangeReason; tokenFingerprint?: string }

/** `askedMs` is how long Orange wants to be left alone, if it said so. */
type Refusal = { outcome?: never; refused: OrangeError; askedMs?: number }
type Try = { outcome: SendOutcome } | Refusal

const TRIES = 3
const BACKOFF = { first: 250, longest: 4_000 }

/** Orange asks for at least this much patience after too many requests, in milliseconds. */
const LEAST_THROTTLE_MS = 1_000

/** When a caller should come back if Orange does not say it, in milliseconds. */
const COME_BACK_MS = 5_000

/**
 * Sends single SMS (OneAPI outbound messaging as Orange serves it).
 *
 * @see https://developer.orange.com/apis/sms/getting-started
 */
export class OrangeSmsClient {
  readonly #parts: OrangeSmsClientParts

  constructor(parts: OrangeSmsClientParts) {
    this.#parts = parts
  }

  /**
   * Sends once. Tried again only while Orange certainly accepted nothing, says that it may
   * be tried again, and the deadline allows.
   *
   * @throws {OrangeError} when Orange refused
   * @throws {TokenUnavailable} when there is no token to send with
   */
  async send(sms: OutboundSms, cause: Cause = {}): Promise<SendOutcome> {
    const { clock } = this.#parts
    const deadline = clock.monotonic() + this.#parts.deadlineMs

    for (let tries = 1; ; tries++) {
      const result = await this.#try(sms, deadline, cause)
      if (result.outcome) return result.outcome

      const wait = this.#waitAfter(result, tries)
      const useful = deadline - leastTime(this.#parts.deadlineMs)
      if (wait === undefined || clock.monotonic() + wait > useful) throw result.refused
      await new Promise<void>((resolve) => clock.after(wait, resolve))
    }
  }

  async #try(sms: OutboundSms, deadline: number, cause: Cause): Promise<Try> {
    const deadlineMs = Math.max(1, Math.ceil(deadline - this.#parts.clock.monotonic()))

    try {
      const { answer, token } = await this.#parts.auth.send(this.#request(sms, deadlineMs), cause)
      return this.#read(answer, { tokenFingerprint: token.fingerprint, sent: [sms.message] })
    } catch (error) {
      if (!(error instanceof UnansweredRequest)) throw error
      const { failure, sent, tokenFingerprint } = error
      const reason = { code: failure }
      return sent
        ? { outcome: { status: 'unknown', reason, tokenFingerprint } }
        : { refused: new OrangeError('not_accepted', reason, { retryAfterMs: COME_BACK_MS }) }
    }
  }

  #read(
    answer: HttpAnswer,
    { tokenFingerprint, sent }: { tokenFingerprint: string; sent: string[] }
  ): Try {
    const { verdict, reason } = verdictOn(answer, sent)
    const resourceId = verdict === 'accepted' ? readResourceId(answer) : undefined

    if (resourceId) return { outcome: { status: 'sent', resourceId, tokenFingerprint } }
    if (verdict === 'accepted' || verdict === 'unknown') {
      const code = reason.code ?? `http_${answer.status}`
      return { outcome: { status: 'unknown', reason: { ...reason, code }, tokenFingerprint } }
    }
    const retryAfter = comeBackAfter(verdict, answer)
    return {
      refused: new OrangeError(verdict, reason, { retryAfterMs: retryAfter, tokenFingerprint }),
      askedMs: retryAfterMs(answer),
    }
  }

  /** Milliseconds to wait before the next try; undefined when there is to be none. */
  #waitAfter({ refused, askedMs = 0 }: Refusal, tries: number): number | undefined {
    if (tries === TRIES) return undefined
    const { random } = this.#parts
    if (refused.verdict === 'throttled') return refused.retryAfterMs! * (1 + random() / 10)
    if (refused.verdict !== 'not_accepted') return undefined
    return Math.max(askedMs, fullJitter(tries, BACKOFF, random))
  }

  #request(sms: OutboundSms, deadlineMs: number): HttpRequest {
    const { baseUrl, path } = this.#parts
    const senderAddress = `tel:${sms.from}`

    return {
      method: 'POST',
      url: `${baseUrl}${path}/${encodeURIComponent(senderAddress)}/requests`,
      headers: { 'Content-Type': 'application/json' },
      deadlineMs,
      body: JSON.stringify({
        outboundSMSMessageRequest: {
          address: `tel:${sms.to}`,
          senderAddress,
          ...(sms.senderName ? { senderName: sms.senderName } : {}),
          outboundSMSTextMessage: { message: sms.message },
        },
      }),
    }
  }
}

/** How long the caller should wait before it asks again; undefined when that is of no use. */
function comeBackAfter(verdict: OrangeVerdict, answer: HttpAnswer): number | undefined {
  const asked = retryAfterMs(answer)
  if (verdict === 'throttled') return Math.max(asked ?? 0, LEAST_THROTTLE_MS)
  return verdict === 'not_accepted' || verdict === 'token_rejected'
    ? (asked ?? COME_BACK_MS)
    : undefined
}

/** The last segment of `resourceURL`: delivery receipts name the message by it. */
function readResourceId(answer: HttpAnswer): string | undefined {
  try {
    const body = parseJsonObject(answer.body).outboundSMSMessageRequest
    const { resourceURL } = body as { resourceURL?: unknown }
    return typeof resourceURL === 'string'
      ? /\/requests\/([\w-]{1,64})$/.exec(resourceURL)?.[1]
      : undefined
  } catch {
    return undefined
  }
}
