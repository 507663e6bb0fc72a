import type { TestContext } from '@japa/runner/core'
import { SignJWT } from 'jose'
import {
  startTokenServer,
  type TokenServerAnswer,
  type TokenServerRequest,
} from '#tests/helpers/token_server'

export interface LoginApiOptions {
  /** Where it is; everywhere else nothing is there. Default: `/auth/login`. */
  path?: string

  /** Of its body. Default: JSON. */
  format?: 'json' | 'form'

  /** What it calls who signs in. Default: `email`. */
  name?: string

  /** What it says to a body without these members. Default: 422. */
  incomplete?: number

  /** How it hands out a token. Default: `{ token }`. */
  hand?: (token: string) => TokenServerAnswer

  /** Instead of all that, where it is not undefined. */
  instead?: (request: TokenServerRequest, attempts: number) => TokenServerAnswer | undefined
}

export const ACCOUNT = { name: 'ada@example.test', password: 'canary &+ password' }

const KEY = new TextEncoder().encode('a key of thirty-two characters!!')

export function someJwt(): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const jwt = new SignJWT({ sub: 'ada', iat: now, exp: now + 1800 })
  return jwt.setProtectedHeader({ alg: 'HS256' }).sign(KEY)
}

/** An API that people sign in to for a JWT, on loopback. It keeps what it was told, and by whom. */
export async function startLoginApi(
  context: Pick<TestContext, 'cleanup'>,
  options: LoginApiOptions = {}
) {
  const { path = '/auth/login', format = 'json', name = 'email', incomplete = 422 } = options
  const { hand = (token) => ({ body: { token } }) } = options
  const token = await someJwt()
  const attempts = () => server.requests.filter(({ body }) => namesSomebody(body))

  const server = await startTokenServer(context, (request) => {
    const other = options.instead?.(request, attempts().length)
    if (other) return other
    if (request.path !== path) return { status: 404 }
    if (formatOf(request) !== format) return { status: 415 }

    const { [name]: given, password } = request.members
    if (given === undefined || password === undefined) return { status: incomplete }
    const right = given === ACCOUNT.name && password === ACCOUNT.password
    return right ? hand(token) : { status: 401, body: { message: 'Wrong.' } }
  })

  return {
    url: server.url,
    token,
    requests: server.requests,

    /** The paths to which a name or a password was sent, in order. */
    attempts: () => attempts().map((request) => request.path),

    /** The other paths that were asked, in order. */
    looks: () =>
      server.requests.filter(({ body }) => !namesSomebody(body)).map((request) => request.path),
  }
}

function namesSomebody(body: string): boolean {
  return /ada|canary|password/.test(body)
}

function formatOf({ headers }: TokenServerRequest): 'json' | 'form' {
  return headers['content-type'] === 'application/json' ? 'json' : 'form'
}
