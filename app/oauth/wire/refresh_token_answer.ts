import { Secret } from '@adonisjs/core/helpers'
import { STANDARD_FORMAT, type AnswerFormat } from '#oauth/wire/answer_format'
import { valueAt } from '#oauth/wire/body_path'
import type { IssuedToken } from '#oauth/contracts'
import { parseExpiresIn } from '#oauth/life/token_lifetime'

/** The part of an answer that is about the next token (RFC 6749 §6). */
export type AnsweredRefreshToken = Pick<IssuedToken, 'refreshToken' | 'refreshTokenExpiresIn'>

const LONGEST = 16 * 1024

/** RFC 6749 appendix A.17: printable ASCII. */
const CHARACTERS = /^[\x20-\x7e]+$/

/**
 * What cannot be a refresh token counts as absent: the access token beside it is good, and
 * the refresh token from before may be.
 */
export function readRefreshToken(
  body: Readonly<Record<string, unknown>>,
  { refreshTokenExpiresInPath = STANDARD_FORMAT.refreshTokenExpiresInPath }: AnswerFormat
): AnsweredRefreshToken {
  const { refresh_token: text } = body
  if (typeof text !== 'string' || text.length > LONGEST || !CHARACTERS.test(text)) return {}

  return {
    refreshToken: new Secret(text),
    refreshTokenExpiresIn: lifeOf(valueAt(body, refreshTokenExpiresInPath)),
  }
}

/** Ten years, in seconds: what lasts longer has no end that matters, or one that no date can have. */
const LONGEST_LIFE = 10 * 365 * 24 * 60 * 60

/** Servers write 0, or nonsense, where there is no end. */
function lifeOf(value: unknown): number | undefined {
  try {
    const life = parseExpiresIn(value) ?? 0
    return life > 0 && life <= LONGEST_LIFE ? life : undefined
  } catch {
    return undefined
  }
}
