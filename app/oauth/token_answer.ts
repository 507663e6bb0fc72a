import { Secret } from '@adonisjs/core/helpers'
import { TokenRequestError, type TokenRequestFacts } from '#oauth/errors'
import type { TokenVerdict } from '#oauth/pause'
import { parseExpiresIn } from '#oauth/token_lifetime'
import type { HttpAnswer } from '#shared/http_client'
import { retryAfterMs } from '#shared/retry_after'
import { parseJsonObject } from '#shared/strict_json'

/** One line of a provider's table of verdicts: what an answer must show for it to apply. */
export interface AnswerRule {
  status?: number

  /** The name of a member of the JSON body, and the values for which the rule applies. */
  member: string
  values: readonly (string | number)[]
  verdict: TokenVerdict
}

/** What a token endpoint answered, checked. */
export interface TokenAnswer {
  accessToken: Secret<string>
  tokenType: 'Bearer'
  scope?: string
  expiresIn?: number
}

const LONGEST_TOKEN = 16 * 1024

/** The characters of a bearer token (RFC 6750 §2.1 b64token) and of any other printable one. */
const TOKEN_CHARACTERS = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** RFC 6749 §5.2, and the two of §4.1.2.1 that servers send here too. */
const ERROR_VERDICTS: Record<string, TokenVerdict> = {
  invalid_request: 'terminal',
  invalid_client: 'terminal',
  invalid_grant: 'terminal_for_key',
  unauthorized_client: 'terminal',
  unsupported_grant_type: 'terminal',
  invalid_scope: 'terminal',
  server_error: 'transient',
  temporarily_unavailable: 'transient',
}

/**
 * Reads the answer of a token endpoint (RFC 6749 §5.1, §5.2).
 *
 * @throws {TokenRequestError} when it is anything but a usable bearer token
 */
export function readTokenAnswer(answer: HttpAnswer, rules: readonly AnswerRule[]): TokenAnswer {
  if (answer.status !== 200) throw new TokenRequestError(refusal(answer, rules))

  try {
    if (!mayBeJson(answer)) throw new TypeError('the answer says that it is no JSON')
    return readToken(parseJsonObject(answer.body))
  } catch {
    // Whatever was wrong with it, it was quoted nowhere: the body may hold a token.
    throw new TokenRequestError({
      verdict: 'transient',
      reason: 'rejected_response',
      httpStatus: answer.status,
    })
  }
}

/** A page that holds a token was not written for us. An answer that names no type is read. */
function mayBeJson({ headers }: HttpAnswer): boolean {
  const type = headers['content-type']
  return type === undefined || /[/+]json\s*(;|$)/i.test(type)
}

function readToken(body: Readonly<Record<string, unknown>>): TokenAnswer {
  const token = body.access_token
  if (typeof token !== 'string' || token.length > LONGEST_TOKEN || !TOKEN_CHARACTERS.test(token)) {
    throw new TypeError('access_token cannot be sent in a header')
  }
  if (typeof body.token_type !== 'string' || body.token_type.toLowerCase() !== 'bearer') {
    throw new TypeError('token_type is not Bearer')
  }

  return {
    accessToken: new Secret(token),
    tokenType: 'Bearer',
    scope: typeof body.scope === 'string' ? body.scope : undefined,
    expiresIn: parseExpiresIn(body.expires_in),
  }
}

function refusal(answer: HttpAnswer, rules: readonly AnswerRule[]): TokenRequestFacts {
  const body = readErrorBody(answer)
  const rule = rules.find((each) => applies(each, answer.status, body))
  const error =
    typeof body.error === 'string' && Object.hasOwn(ERROR_VERDICTS, body.error) ? body.error : null

  return {
    verdict:
      passingTrouble(answer.status) ??
      rule?.verdict ??
      (error ? ERROR_VERDICTS[error] : verdictOfStatus(answer.status)),
    reason: error ?? reasonOfStatus(answer.status),
    httpStatus: answer.status,
    upstreamCode: rule ? String(body[rule.member]) : undefined,
    retryAfterMs: retryAfterMs(answer),
  }
}

function readErrorBody(answer: HttpAnswer): Readonly<Record<string, unknown>> {
  try {
    return parseJsonObject(answer.body)
  } catch {
    return {}
  }
}

function applies(rule: AnswerRule, status: number, body: Readonly<Record<string, unknown>>) {
  return (
    (rule.status === undefined || rule.status === status) &&
    rule.values.includes(body[rule.member] as string | number)
  )
}

/** Any success but 200 is an answer that we cannot take a token from. */
function reasonOfStatus(status: number): string {
  return status < 300 ? 'rejected_response' : `http_${status}`
}

/** Says more than any body: what carries such a status is over by itself. */
function passingTrouble(status: number): TokenVerdict | undefined {
  if (status === 429) return 'throttled'
  return status === 408 || status >= 500 ? 'transient' : undefined
}

function verdictOfStatus(status: number): TokenVerdict {
  return status < 300 ? 'transient' : 'terminal'
}
