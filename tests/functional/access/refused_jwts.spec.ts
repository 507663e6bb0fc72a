import { test } from '@japa/runner'
import { exportJWK, exportSPKI, generateKeyPair } from 'jose'
import { captureLogs } from '#tests/helpers/captured_logs'
import { startGuardedServer } from '#tests/helpers/guarded_server'
import { type Issuer, trustIssuer } from '#tests/helpers/issuer'

type Guarded = Awaited<ReturnType<typeof startGuardedServer>>

interface Forgery {
  name: string
  reason: string
  token: (issuer: Issuer) => string | Promise<string>
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The token with other claims, under the signature that it had. */
function tampered(token: string, changed: object): string {
  const [header, payload, signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return [header, part({ ...claims, ...changed }), signature].join('.')
}

function unsigned(issuer: Issuer, alg: string): string {
  const { issuer: iss, audience: aud } = issuer.trusted('')
  const exp = issuer.clock.now() / 1000 + 300
  return `${part({ alg, kid: 'key-1' })}.${part({ iss, aud, sub: 'x', scope: 'sms.send', exp })}.`
}

const FORGERIES: Forgery[] = [
  {
    name: 'no signature',
    reason: 'jwt_algorithm',
    token: (issuer) => unsigned(issuer, 'none'),
  },
  {
    name: 'no signature, by another spelling',
    reason: 'jwt_algorithm',
    token: (issuer) => unsigned(issuer, 'nOnE'),
  },
  {
    name: 'an empty signature',
    reason: 'jwt_signature',
    token: (issuer) => unsigned(issuer, 'RS256'),
  },
  {
    name: 'an HMAC by the published key',
    reason: 'jwt_algorithm',
    token: async (issuer) => {
      const key = new TextEncoder().encode(await exportSPKI(issuer.publicKey()))
      return issuer.sign({}, { key, header: { alg: 'HS256' } })
    },
  },
  {
    name: 'an algorithm that is not accepted',
    reason: 'jwt_algorithm',
    token: async (issuer) => {
      const { privateKey } = await generateKeyPair('RS512')
      return issuer.sign({}, { key: privateKey, header: { alg: 'RS512' } })
    },
  },
  {
    name: 'changed claims',
    reason: 'jwt_signature',
    token: async (issuer) => tampered(await issuer.sign(), { sub: 'somebody else' }),
  },
  {
    name: 'a key of its own, by the name of the issuer’s',
    reason: 'jwt_signature',
    token: async (issuer) => {
      const { privateKey, publicKey } = await generateKeyPair('RS256')
      const header = { jwk: await exportJWK(publicKey), jku: `${issuer.name}/other`, kid: 'key-1' }
      return issuer.sign({}, { key: privateKey, header })
    },
  },
  {
    name: 'a key that nobody has heard of',
    reason: 'jwt_unknown_key',
    token: (issuer) => issuer.sign({}, { header: { kid: 'key-9' } }),
  },
  {
    name: 'an issuer that is not trusted',
    reason: 'jwt_untrusted_issuer',
    token: (issuer) => issuer.sign({ iss: 'https://evil.example.test' }),
  },
  {
    name: 'the issuer with one more character',
    reason: 'jwt_untrusted_issuer',
    token: (issuer) => issuer.sign({ iss: `${issuer.name}/` }),
  },
  {
    name: 'no issuer',
    reason: 'jwt_untrusted_issuer',
    token: (issuer) => issuer.sign({ iss: undefined }),
  },
  {
    name: 'a list of issuers',
    reason: 'jwt_untrusted_issuer',
    token: (issuer) => issuer.sign({ iss: [issuer.name] }),
  },
  {
    name: 'another audience',
    reason: 'jwt_audience',
    token: (issuer) => issuer.sign({ aud: ['urn:other', 'urn:sms-gateway2'] }),
  },
  {
    name: 'no audience',
    reason: 'jwt_claims',
    token: (issuer) => issuer.sign({ aud: undefined }),
  },
  {
    name: 'an end that is past',
    reason: 'jwt_expired',
    token: (issuer) => issuer.sign({}, { until: -60 }),
  },
  {
    name: 'no end',
    reason: 'jwt_claims',
    token: (issuer) => issuer.sign({}, { until: null }),
  },
  {
    name: 'an end that is a text',
    reason: 'jwt_claims',
    token: (issuer) => issuer.sign({ exp: '9999999999' }, { until: null }),
  },
  {
    name: 'a beginning that is to come',
    reason: 'jwt_not_yet_valid',
    token: (issuer) => issuer.sign({}, { from: 61 }),
  },
  {
    name: 'nobody in it',
    reason: 'jwt_claims',
    token: (issuer) => issuer.sign({ sub: undefined }),
  },
  {
    name: 'a name that is none',
    reason: 'jwt_claims',
    token: (issuer) => issuer.sign({ sub: { id: 'x' } }),
  },
  {
    name: 'the type of another token',
    reason: 'jwt_type',
    token: (issuer) => issuer.sign({}, { header: { typ: 'logout+jwt' } }),
  },
  {
    name: 'what an ID token has',
    reason: 'jwt_type',
    token: (issuer) => issuer.sign({ nonce: 'n' }, { header: { typ: 'JWT' } }),
  },
  {
    name: 'a key that its holder would have to show',
    reason: 'jwt_type',
    token: (issuer) => issuer.sign({ cnf: { jkt: 'x' } }),
  },
  {
    name: 'an extension that nobody knows',
    reason: 'jwt_malformed',
    token: async (issuer) => {
      const [, payload, signature] = (await issuer.sign()).split('.')
      const header = part({ alg: 'RS256', kid: 'key-1', crit: ['x'], x: true })
      return [header, payload, signature].join('.')
    },
  },
  {
    name: 'parts that are no JSON',
    reason: 'jwt_malformed',
    token: () => 'canary.canary.canary',
  },
]

test.group('JWTs that admit nobody', (group) => {
  let server: Guarded

  group.setup(async () => {
    server = await startGuardedServer({
      routes: (router, { access }) =>
        void router.get('/send', () => 'sent').use(access({ can: 'sms:send' })),
    })
    return () => server.close()
  })

  const call = (token: string, scheme = 'Bearer') =>
    fetch(`${server.url}/send`, { headers: { authorization: `${scheme} ${token}` } })

  test('have {name}: 401, {reason}, and nothing of them is kept')
    .with(FORGERIES)
    .run(async (context, { token, reason }) => {
      const { assert } = context
      const { issuer, refused } = await trustIssuer(context)
      const logs = await captureLogs(context)
      const given = await token(issuer)

      const answer = await call(given)
      const { requestId, ...problem } = (await answer.json()) as Record<string, unknown>

      assert.equal(answer.status, 401)
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
      assert.isString(requestId)
      assert.deepEqual(problem, {
        type: 'about:blank',
        title: 'Authentication required',
        status: 401,
        detail: 'Send a valid API token: Authorization: Bearer <token>.',
        code: 'unauthenticated',
        retryable: false,
      })
      assert.lengthOf(refused, 1)
      assert.containSubset(refused[0], { reasonCode: reason, actor: { id: 'anonymous' } })
      const kept = [...logs, JSON.stringify([refused, problem])].join('\n')
      for (const piece of given.split('.').filter(Boolean)) assert.notInclude(kept, piece)
    })

  test('have a good one beside them: {name}')
    .with([
      { name: 'type JWT', header: { typ: 'JWT' } },
      { name: 'no type', header: { typ: undefined } },
      { name: 'the whole media type', header: { typ: 'application/AT+JWT' } },
      { name: 'several audiences', claims: { aud: ['urn:other', 'urn:sms-gateway'] } },
      { name: 'a clock that is a minute ahead', from: 60 },
      { name: 'a clock that is nearly a minute behind', until: -59 },
      { name: 'a small scheme', scheme: 'bearer' },
    ])
    .run(async (context, { header, claims, from, until, scheme }) => {
      const { assert } = context
      const { issuer } = await trustIssuer(context)

      const token = await issuer.sign(claims, { header, from, until })

      assert.equal((await call(token, scheme)).status, 200)
    })

  test('are signed by anything but a private key of the issuer: {$self} is one')
    .with(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'])
    .run(async (context, alg) => {
      const { assert } = context
      const { issuer } = await trustIssuer(context, { alg })
      assert.equal((await call(await issuer.sign())).status, 200)
    })

  test('use an algorithm that the entry does not name', async (context) => {
    const { assert } = context
    const { issuer, refused } = await trustIssuer(context, { algorithms: ['ES256'] })

    assert.equal((await call(await issuer.sign())).status, 401)
    assert.equal(refused[0].reasonCode, 'jwt_algorithm')
    assert.equal(issuer.keySetRequests(), 0)
  })
})
