import { test } from '@japa/runner'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import { httpExchange } from '#tests/helpers/sandbox/http_exchange'
import { askForToken, basic, json, statusOf } from '#tests/helpers/sandbox/sandbox_client'

const WRONG_CREDENTIALS =
  '{"error":"invalid_client","error_description":"The requested service needs credentials, but the ones provided were invalid."}'

test.group('Sandbox, refusals of the token endpoint', () => {
  test('refuses a wrong secret and a wrong id in the same recorded words', async ({ assert }) => {
    const sandbox = await startSandbox()

    for (const authorization of [basic(sandbox.clientId, 'wrong'), basic('wrong', 'wrong')]) {
      const answer = await askForToken(sandbox, { headers: { authorization } })
      assert.equal(answer.status, 401)
      assert.equal(answer.body.toString(), WRONG_CREDENTIALS)
      assert.equal(answer.headers['content-length'], '125')
      assert.equal(answer.headers['www-authenticate'], 'Basic realm="Authorization Required"')
    }
  })

  test('refuses credentials that cannot be decoded, in 86 bytes', async ({ assert }) => {
    const sandbox = await startSandbox()

    for (const authorization of ['Basic false', 'Basic ***', 'Basic bm9jb2xvbg==']) {
      const answer = await askForToken(sandbox, { headers: { authorization } })
      assert.equal(answer.status, 401)
      assert.equal(json(answer).error_description, 'Unable to decode Basic authorization.')
      assert.equal(answer.headers['content-length'], '86')
    }
  })

  test('names an unknown client where the switch says so', async ({ assert }) => {
    const sandbox = await startSandbox({ nameUnknownClients: true })
    const id = 'x'.repeat(32)
    const answer = await askForToken(sandbox, { headers: { authorization: basic(id, 'any') } })

    assert.equal(answer.status, 401)
    assert.equal(json(answer).error_description, `Unknown client '${id}'`)
    assert.equal(answer.headers['content-length'], '98')
  })

  test('takes credentials as parameters too, and asks for them when there are none', async ({
    assert,
  }) => {
    const sandbox = await startSandbox()
    const url = `${sandbox.url}/oauth/v3/token`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { clientId, clientSecret } = sandbox
    const form = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`

    const given = await httpExchange(url, { method: 'POST', headers, body: form })
    const missing = await httpExchange(url, {
      method: 'POST',
      headers,
      body: 'grant_type=client_credentials',
    })
    assert.equal(given.status, 200)
    assert.equal(missing.status, 401)
    assert.equal(json(missing).error, 'invalid_client')
  })

  test('refuses {title}')
    .with([
      {
        title: 'another grant',
        body: 'grant_type=password',
        expected: [400, 'unsupported_grant_type'],
      },
      { title: 'no grant', body: 'scope=SMS', expected: [400, 'invalid_request'] },
      {
        title: 'a repeated parameter',
        body: 'grant_type=client_credentials&grant_type=client_credentials',
        expected: [400, 'invalid_request'],
      },
      { title: 'another method', method: 'GET', expected: [405, 'invalid_request'] },
      { title: 'an Accept without JSON', accept: 'text/html', expected: [406, 'invalid_request'] },
      {
        title: 'JSON of quality 0',
        accept: '*/*, application/json;q=0',
        expected: [406, 'invalid_request'],
      },
    ])
    .run(async ({ assert }, { body, method, accept, expected }) => {
      const sandbox = await startSandbox()
      const answer = await askForToken(sandbox, {
        ...(body && { body }),
        ...(method && { method, body: undefined }),
        ...(accept && { headers: { accept } }),
      })
      assert.deepEqual([answer.status, json(answer).error], expected)
    })

  test('wants an Accept header only in strict mode', async ({ assert }) => {
    const sandbox = await startSandbox()
    const headers = {
      'authorization': basic(sandbox.clientId, sandbox.clientSecret),
      'content-type': 'application/x-www-form-urlencoded',
    }
    const options = { method: 'POST', headers, body: 'grant_type=client_credentials' }

    assert.equal(await statusOf(httpExchange(`${sandbox.url}/oauth/v3/token`, options)), 200)
    sandbox.configure({ requireAcceptHeader: true })
    assert.equal(await statusOf(httpExchange(`${sandbox.url}/oauth/v3/token`, options)), 406)
  })

  test('has no older endpoints', async ({ assert }) => {
    const sandbox = await startSandbox()

    for (const path of ['/oauth/v1/token', '/oauth/v2/token', '/oauth/token']) {
      const answer = await httpExchange(`${sandbox.url}${path}`, { method: 'POST' })
      assert.equal(answer.status, 404)
      assert.equal(json(answer).code, 60)
    }
  })
})
