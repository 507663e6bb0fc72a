import type { AnswerFormat, TokenPlace } from '#oauth/wire/answer_format'
import type { PasswordOptions } from '#oauth/grants/password'

/** How a login API wants to be told who signs in. */
export type LoginShape = Required<Pick<PasswordOptions, 'format' | 'fields'>>

/** Where login APIs usually are, the commonest first. */
export const USUAL_PATHS = [
  '/auth/login',
  '/api/auth/login',
  '/login',
  '/api/login',
  '/token',
  '/oauth/token',
  '/api/token',
  '/api/token/',
  '/auth/token',
  '/api/auth/token',
  '/api/v1/auth/login',
  '/api/v1/login',
] as const

const EMAIL = { username: 'email', password: 'password' }
const USERNAME = { username: 'username', password: 'password' }

/** What is tried at a path, the likeliest first: a name that is an address is taken for one. */
export function shapesFor(username: string): readonly LoginShape[] {
  const fields = username.includes('@') ? [EMAIL, USERNAME] : [USERNAME, EMAIL]
  const formats = ['json', 'form'] as const
  return formats.flatMap((format) => fields.map((each) => ({ format, fields: each })))
}

/** What a token is called, at the top of an answer or in what it wraps. */
const NAMES = ['access_token', 'accessToken', 'access', 'token', 'auth_token', 'authToken', 'jwt']
const WRAPPERS = ['', 'data.', 'result.']

/** Where tokens are looked for, the likeliest first. */
export const TOKEN_PLACES: readonly TokenPlace[] = [
  ...WRAPPERS.flatMap((wrapper) => NAMES.map((name) => wrapper + name)),
  { header: 'authorization' },
]

type Expiry = Pick<AnswerFormat, 'expiresInPath' | 'expiresAtPath'>

/** Where the life of a token may stand that does not stand where RFC 6749 §5.1 has it. */
export const EXPIRY_PLACES: readonly Expiry[] = WRAPPERS.flatMap((wrapper): Expiry[] => [
  { expiresInPath: `${wrapper}expires_in` },
  { expiresInPath: `${wrapper}expiresIn` },
  { expiresAtPath: `${wrapper}expires_at` },
  { expiresAtPath: `${wrapper}expiresAt` },
])
