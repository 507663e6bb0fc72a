import { reasonText } from '#orange/reason_text'
import { parseJsonObject } from '#shared/strict_json'
import type { HttpAnswer } from '#shared/http_client'

/**
 * What an answer of Orange's API means for the request that was sent.
 *
 * - `token_rejected`: the token was refused before anything was accepted.
 * - `credentials_missing`: we sent no token. Our own defect.
 * - `throttled`: too fast. Nothing was accepted.
 * - `request_refused`: this request cannot be accepted.
 * - `account_refused`: the account or the configuration is at fault, whatever the request.
 * - `not_accepted`: Orange is busy or down, and says so.
 * - `unknown`: it may have been accepted. Never sent again by itself.
 */
export type OrangeVerdict =
  | 'accepted'
  | 'token_rejected'
  | 'credentials_missing'
  | 'throttled'
  | 'request_refused'
  | 'account_refused'
  | 'not_accepted'
  | 'unknown'

/** Orange's own words on a refusal. */
export interface OrangeReason {
  /** Its code: a number of the gateway, a message id of the SMS platform, or an OAuth error. */
  code?: string

  /** For people. Without telephone numbers and without anything that may be a token. */
  text?: string
}

interface VerdictRule {
  status?: readonly number[]

  /** The codes to which the rule is limited; `null` stands for an answer without a readable one. */
  codes?: readonly (string | RegExp | null)[]
  verdict: OrangeVerdict
}

/**
 * The first line that applies decides.
 *
 * @see https://developer.orange.com/resources/orange-apis-error-handling
 */
const VERDICTS: readonly VerdictRule[] = [
  { status: [201], verdict: 'accepted' },
  { status: [401], codes: ['40'], verdict: 'credentials_missing' },
  {
    status: [401],
    codes: ['41', '42', 'invalid_token', 'expired_token', 'SVC0001', null],
    verdict: 'token_rejected',
  },
  { status: [429], verdict: 'throttled' },
  { status: [403], codes: ['53'], verdict: 'throttled' },
  { status: [400], codes: [/^SVC000[2-4]$/, 'SVC0280', /^2[0-8]$/], verdict: 'request_refused' },
  { status: [401, 403, 404, 405, 406], verdict: 'account_refused' },
  { status: [503], verdict: 'not_accepted' },
  { codes: ['5', '6'], verdict: 'not_accepted' },
]

/** @param sent texts of the request that the reason must not repeat */
export function verdictOn(
  answer: HttpAnswer,
  sent: readonly string[] = []
): { verdict: OrangeVerdict; reason: OrangeReason } {
  const { code, texts } = readReason(answer.body)
  const text = texts.map((each) => reasonText(each, sent)).find((each) => each !== undefined)
  const reason = { code, text }
  const rule = VERDICTS.find((each) => applies(each, answer.status, reason.code))
  return { verdict: rule?.verdict ?? 'unknown', reason }
}

function applies(rule: VerdictRule, status: number, code: string | undefined): boolean {
  if (rule.status && !rule.status.includes(status)) return false
  if (!rule.codes) return true
  return rule.codes.some((each) =>
    each instanceof RegExp ? code !== undefined && each.test(code) : each === (code ?? null)
  )
}

type Body = Readonly<Record<string, unknown>>

/** A code, and where a text for people may stand, the best place first. */
interface RawReason {
  code?: string
  texts: unknown[]
}

/**
 * Orange answers with three kinds of errors: of its gateway (`code`, `message`,
 * `description`), of the SMS platform (`requestError`) and of OAuth (`error`).
 */
function readReason(text: string | undefined): RawReason {
  const body = readObject(text)
  const requestError = asObject(body.requestError)
  const exception =
    asObject(requestError?.policyException) ?? asObject(requestError?.serviceException)

  if (exception) return readException(exception)
  return {
    code: asCode(body.code) ?? asCode(body.error),
    texts: [body.description, body.message, body.error_description],
  }
}

/** `text` is a template; what people need to know stands in `variables`, a list or one string. */
function readException(exception: Body): RawReason {
  const variables = [exception.variables].flat().filter((each) => typeof each === 'string')
  return { code: asCode(exception.messageId), texts: [variables.join(', '), exception.text] }
}

function readObject(text: string | undefined): Body {
  try {
    return parseJsonObject(text)
  } catch {
    return {}
  }
}

function asObject(value: unknown): Body | undefined {
  return typeof value === 'object' && value !== null ? (value as Body) : undefined
}

/** The forms of the three kinds of errors; anything else may be an echo of what was sent. */
const CODE = /^(\d{1,4}|[A-Z]{3}\d{4}|[a-z]+(_[a-z]+)*)$/

function asCode(value: unknown): string | undefined {
  const code = typeof value === 'number' ? String(value) : value
  return typeof code === 'string' && code.length <= 40 && CODE.test(code) ? code : undefined
}
