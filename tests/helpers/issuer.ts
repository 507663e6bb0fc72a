import type { TestContext } from '@japa/runner/core'
import { exportJWK, generateKeyPair, type GenerateKeyPairResult, type JWK, SignJWT } from 'jose'
import { JwtCallers } from '#access/jwt/jwt_callers'
import type { TrustedIssuer } from '#access/jwt/trusted_issuer'
import { UserStore } from '#access/stores/users'
import { Refusals } from '#access/refusals'
import { HttpClient } from '#shared/http_client'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'
import { createUser } from '#tests/helpers/users'
import { watchedRefusals } from '#tests/helpers/watched_refusals'

export const AUDIENCE = 'urn:sms-gateway'

export type Issuer = Awaited<ReturnType<typeof startIssuer>>

export interface SignOptions {
  header?: Record<string, unknown>

  /** From when the token counts to when it ends, in seconds from now. A null end: it has none. */
  from?: number
  until?: number | null

  /** Instead of the issuer's newest. */
  key?: GenerateKeyPairResult['privateKey'] | Uint8Array
}

/** An authorization server on loopback that publishes keys and signs what a test asks for. */
export async function startIssuer(context: Pick<TestContext, 'cleanup'>, alg = 'RS256') {
  const clock = new ManualClock()
  const published: JWK[] = []
  let pair: GenerateKeyPairResult
  let kid = ''
  let trouble: TokenServerAnswer | undefined

  const server = await startTokenServer(
    context,
    () => trouble ?? { body: { keys: published.map((key) => ({ ...key })) } }
  )

  /** Signs with a new key from now on; the ones before stay published. */
  async function rotate(): Promise<void> {
    pair = await generateKeyPair(alg, { extractable: true })
    kid = `key-${published.length + 1}`
    published.push({ ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' })
  }
  await rotate()

  return {
    name: server.url,
    clock,
    published,
    rotate,
    keySetRequests: () => server.requests.length,
    publicKey: () => pair.publicKey,

    /** How key sets are asked for in vain, until it is called with nothing. */
    fail: (answer?: TokenServerAnswer) => void (trouble = answer),

    /** The entry by which its callers are admitted. */
    trusted: (account: string, more: Partial<TrustedIssuer> = {}): TrustedIssuer => ({
      issuer: server.url,
      audience: AUDIENCE,
      jwksUri: `${server.url}/keys`,
      account,
      abilities: { 'sms.send': ['sms:send'], 'sms.read': ['sms:read'] },
      ...more,
    }),

    sign(claims: Record<string, unknown> = {}, options: SignOptions = {}): Promise<string> {
      const { header, from, until = 300, key = pair.privateKey } = options
      const now = Math.floor(clock.now() / 1000)
      const whole = {
        iss: server.url,
        aud: AUDIENCE,
        sub: 'client-7',
        scope: 'sms.send',
        ...claims,
      }

      const token = new SignJWT(whole).setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header })
      token.setIssuedAt(now)
      if (from !== undefined) token.setNotBefore(now + from)
      if (until !== null) token.setExpirationTime(now + until)
      return token.sign(key)
    },
  }
}

/** The callers that the application admits by JWT, as an issuer's clock tells the time. */
export function jwtCallers(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  { clock }: Pick<Issuer, 'clock'>,
  ...issuers: TrustedIssuer[]
): JwtCallers {
  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 2 })
  cleanup(() => http.destroy())
  return new JwtCallers({ issuers, users: new UserStore(), http, clock })
}

/**
 * An issuer that the application trusts until the test ends: its callers act as a sender of
 * this test's own. Those who are turned away are recorded where the test can look.
 */
export async function trustIssuer(
  context: TestContext,
  { alg, ...more }: Partial<TrustedIssuer> & { alg?: string } = {}
) {
  const issuer = await startIssuer(context, alg)
  const account = await createUser('sender')
  const { recorder, refusals } = await watchedRefusals()

  context.swap(JwtCallers, jwtCallers(context, issuer, issuer.trusted(account.email, more)))
  context.swap(Refusals, refusals)
  return { issuer, account, refused: recorder.events }
}
