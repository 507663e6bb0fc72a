import { test } from '@japa/runner'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import {
  askForToken,
  json,
  obtainToken,
  sendSms,
  statusOf,
} from '#tests/helpers/sandbox/sandbox_client'

test.group('Sandbox, token endpoint', () => {
  test('answers as it was recorded, to the byte around the token', async ({ assert }) => {
    const sandbox = await startSandbox()
    const answer = await askForToken(sandbox)

    const token = json(answer).access_token
    assert.equal(answer.status, 200)
    assert.equal(
      answer.body.toString(),
      `\n{\n  "token_type": "Bearer",\n  "access_token": "${token}",\n  "expires_in": 3600\n}\n        `
    )
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.equal(answer.headers['server'], 'nginx')
    assert.equal(answer.headers['strict-transport-security'], 'max-age=15768000;')
  })

  test('signs tokens with the recorded header and claims', async ({ assert }) => {
    const sandbox = await startSandbox({ clock: { now: () => 1_700_000_000_500 } })
    const token = await obtainToken(sandbox)

    const claims = decodeJwt(token)
    assert.sameMembers(Object.keys(decodeProtectedHeader(token)), ['ver', 'typ', 'alg', 'kid'])
    assert.equal(decodeProtectedHeader(token).alg, 'ES384')
    assert.sameMembers(
      Object.keys(claims),
      'app_name sub iss exp app_id iat client_id jti'.split(' ')
    )
    assert.equal(claims.sub, sandbox.clientId)
    assert.equal(claims.iat, 1_700_000_000)
    assert.equal(claims.exp, 1_700_003_600)
  })

  test('prints the life as a text where the switch says so', async ({ assert }) => {
    const sandbox = await startSandbox({ expiresInAs: 'string', tokenLifeSeconds: 60 })
    assert.strictEqual(json(await askForToken(sandbox)).expires_in, '60')
  })

  test('keeps earlier tokens valid, unless only one may live at a time', async ({ assert }) => {
    const sandbox = await startSandbox()
    const first = await obtainToken(sandbox)
    const second = await obtainToken(sandbox)

    assert.notEqual(first, second)
    assert.equal(await statusOf(sendSms(sandbox, { token: first })), 201)

    sandbox.configure({ oneTokenAtATime: true })
    const third = await obtainToken(sandbox)
    assert.equal(json(await sendSms(sandbox, { token: second })).code, 41)
    assert.equal(await statusOf(sendSms(sandbox, { token: third })), 201)
  })

  test('hands out the same token with less life where the switch says so', async ({ assert }) => {
    let now = 1_700_000_000_000
    const sandbox = await startSandbox({ reuseTokens: true, clock: { now: () => now } })
    const first = json(await askForToken(sandbox))

    now += 600_400
    const second = json(await askForToken(sandbox))
    assert.equal(second.access_token, first.access_token)
    assert.equal(second.expires_in, 2999)

    now += 3_000_000
    assert.notEqual(json(await askForToken(sandbox)).access_token, first.access_token)
  })
})
