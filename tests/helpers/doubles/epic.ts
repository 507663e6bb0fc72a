import type { TestContext } from '@japa/runner/core'
import { decodeProtectedHeader, jwtVerify, type CryptoKey } from 'jose'
import type { ManualClock } from '#tests/helpers/manual_clock'
import { startTokenServer, type TokenServerRequest } from '#tests/helpers/token_server'

export const CLIENT_ID = '3f5c1d2a-0000-4000-8000-0123456789ab'
export const KEY_ID = 'gateway-2026'

const LONGEST_ASSERTION = 5 * 60

/**
 * Stands in for the token endpoint of one organisation: checks assertions as it does, issues
 * tokens for an hour, and refuses without saying why.
 */
export async function startEpic(
  context: TestContext,
  { clock, key }: { clock: ManualClock; key: CryptoKey }
) {
  const seen = new Set<string>()
  const audience = () => `${server.url}/interconnect-fhir-oauth/oauth2/token`

  const server = await startTokenServer(context, async (request) => {
    if (request.path !== '/interconnect-fhir-oauth/oauth2/token') return { status: 404 }
    if (!(await isKnown(request))) {
      return { status: 400, body: { error: 'invalid_client', error_description: null } }
    }
    return {
      body: {
        access_token: `epic-${seen.size}`,
        token_type: 'bearer',
        expires_in: 3600,
        scope: request.members.scope,
      },
    }
  })

  async function isKnown({ members }: TokenServerRequest): Promise<boolean> {
    const assertion = String(members.client_assertion)
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: ['RS384'],
      audience: audience(),
      issuer: CLIENT_ID,
      subject: CLIENT_ID,
      currentDate: new Date(clock.now()),
    }).catch(() => ({ payload: undefined }))

    const life = (payload?.exp ?? Infinity) - clock.now() / 1000
    const fresh = payload?.jti !== undefined && !seen.has(payload.jti)
    if (payload?.jti) seen.add(payload.jti)
    return fresh && life <= LONGEST_ASSERTION && decodeProtectedHeader(assertion).kid === KEY_ID
  }

  return { ...server, baseUrl: `${server.url}/interconnect-fhir-oauth` }
}
