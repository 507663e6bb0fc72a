import { Secret } from '@adonisjs/core/helpers'
import { STANDARD_FORMAT, type AnswerFormat, type TokenPlace } from '#oauth/wire/answer_format'
import type { AnswerRule } from '#oauth/wire/answer_rules'
import { valueAt } from '#oauth/wire/body_path'
import { TokenRequestError } from '#oauth/errors'
import { refusal, refusalInSuccess } from '#oauth/wire/refusal'
import { readRefreshToken, type AnsweredRefreshToken } from '#oauth/wire/refresh_token_answer'
import { parseExpiresIn, secondsUntil } from '#oauth/life/token_lifetime'
import type { HttpAnswer } from '#shared/http_client'
import { parseJsonObject } from '#shared/strict_json'

/** What a token endpoint answered, checked. */
export interface TokenAnswer extends AnsweredRefreshToken {
  accessToken: Secret<string>
  tokenType: 'Bearer'
  scope?: string
  expiresIn?: number
}

/** What is particular to the answers of a provider. */
export interface AnswerSettings {
  /** The provider's own table of verdicts, consulted before that of RFC 6749. */
  answerRules?: readonly AnswerRule[]
  answerFormat?: AnswerFormat
}

type Body = Readonly<Record<string, unknown>>

const LONGEST_TOKEN = 16 * 1024

/** The characters of a bearer token (RFC 6750 §2.1 b64token) and of any other printable one. */
const TOKEN_CHARACTERS = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * Reads the answer of a token endpoint (RFC 6749 §5.1, §5.2).
 *
 * @param now used where the answer has no date, in milliseconds since 1970
 * @throws {TokenRequestError} when it is anything but a usable bearer token
 */
export function readTokenAnswer(
  answer: HttpAnswer,
  { answerRules = [], answerFormat = {} }: AnswerSettings,
  now: number
): TokenAnswer {
  const { successStatuses = STANDARD_FORMAT.successStatuses } = answerFormat
  if (!successStatuses.includes(answer.status)) {
    throw new TokenRequestError(refusal(answer, answerRules))
  }

  const refused = refusalInSuccess(answer, answerRules)
  if (refused) throw new TokenRequestError(refused)

  try {
    return readToken(answer, answerFormat, now)
  } catch {
    // Whatever was wrong with it, it was quoted nowhere: the body may hold a token.
    throw new TokenRequestError({
      verdict: 'transient',
      reason: 'rejected_response',
      httpStatus: answer.status,
    })
  }
}

function readToken(answer: HttpAnswer, format: AnswerFormat, now: number): TokenAnswer {
  const { tokenPaths = STANDARD_FORMAT.tokenPaths, tokenType } = format
  const body = readBody(answer, tokenPaths)
  const token = tokenPaths
    .map((place) => tokenAt(place, answer, body))
    .find((each) => each !== undefined && each !== null)

  if (!isSendable(token)) {
    throw new TypeError('the token cannot be sent in a header')
  }
  if (tokenType !== 'assumed' && !isBearer(body.token_type)) {
    throw new TypeError('token_type is not Bearer')
  }

  return {
    accessToken: new Secret(token),
    tokenType: 'Bearer',
    scope: typeof body.scope === 'string' ? body.scope : undefined,
    expiresIn: readExpiry(answer, body, { format, now }),
    ...readRefreshToken(body, format),
  }
}

/** Whether it can stand in an Authorization header. */
export function isSendable(token: unknown): token is string {
  return typeof token === 'string' && token.length <= LONGEST_TOKEN && TOKEN_CHARACTERS.test(token)
}

function isBearer(type: unknown): boolean {
  return typeof type === 'string' && type.toLowerCase() === 'bearer'
}

/** Where the token is in a header there need be no body. */
function readBody(answer: HttpAnswer, places: readonly TokenPlace[]): Body {
  const optional = places.some((place) => typeof place === 'object')
  if (optional && !answer.body) return {}
  if (mayBeJson(answer)) return parseJsonObject(answer.body)
  if (optional) return {}
  throw new TypeError('the answer says that it is no JSON')
}

/** A page that holds a token was not written for us. An answer that names no type is read. */
function mayBeJson({ headers }: HttpAnswer): boolean {
  const type = headers['content-type']
  return type === undefined || /[/+]json\s*(;|$)/i.test(type)
}

function tokenAt(place: TokenPlace, { headers }: HttpAnswer, body: Body): unknown {
  if (typeof place === 'string') return valueAt(body, place)
  return headers[place.header.toLowerCase()]?.replace(/^bearer +/i, '')
}

function readExpiry(
  { headers }: HttpAnswer,
  body: Body,
  { format, now }: { format: AnswerFormat; now: number }
): number | undefined {
  const { expiresInPath = STANDARD_FORMAT.expiresInPath, expiresAtPath } = format
  const expiresIn = valueAt(body, expiresInPath)
  if (expiresIn !== undefined || expiresAtPath === undefined) return parseExpiresIn(expiresIn)

  const expiresAt = valueAt(body, expiresAtPath)
  return expiresAt === undefined ? undefined : secondsUntil(expiresAt, headers.date, now)
}
