import { STANDARD_FORMAT, type AnswerFormat } from '#oauth/wire/answer_format'
import { EXPIRY_PLACES, TOKEN_PLACES } from '#oauth/probing/login_shapes'
import { readTokenAnswer, type TokenAnswer } from '#oauth/wire/token_answer'
import type { HttpAnswer } from '#shared/http_client'

interface Reading {
  answer: HttpAnswer

  /** In milliseconds since 1970. */
  now: number
}

/**
 * How the engine has to read an answer so that it finds the token in it: only what differs
 * from RFC 6749 §5.1.
 *
 * @returns undefined when there is no token in it
 */
export function foundFormat(reading: Reading): AnswerFormat | undefined {
  const { status } = reading.answer
  if (status < 200 || status > 299) return undefined
  const base = STANDARD_FORMAT.successStatuses.includes(status) ? {} : { successStatuses: [status] }

  for (const place of TOKEN_PLACES) {
    const tokenPaths = place === STANDARD_FORMAT.tokenPaths[0] ? {} : { tokenPaths: [place] }
    for (const tokenType of [{}, { tokenType: 'assumed' as const }]) {
      const found = withExpiry({ ...base, ...tokenPaths, ...tokenType }, reading)
      if (found) return found
    }
  }
  return undefined
}

/** A JWT says itself when it ends. */
function withExpiry(format: AnswerFormat, reading: Reading): AnswerFormat | undefined {
  const standard = read(format, reading)
  if (standard && (standard.expiresIn !== undefined || isJwt(standard))) return format

  const others = EXPIRY_PLACES.map((expiry) => ({ ...format, ...expiry }))
  const stated = others.find((each) => read(each, reading)?.expiresIn !== undefined)
  return stated ?? (standard ? format : others.find((each) => read(each, reading)))
}

function read(answerFormat: AnswerFormat, { answer, now }: Reading): TokenAnswer | undefined {
  try {
    return readTokenAnswer(answer, { answerFormat }, now)
  } catch {
    return undefined
  }
}

function isJwt({ accessToken }: TokenAnswer): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(accessToken.release())
}
