import { test } from '@japa/runner'
import type { LoggedRequest } from '#orange/sandbox/request_log'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import {
  askForToken,
  basic,
  control,
  json,
  obtainToken,
  sendSms,
} from '#tests/helpers/sandbox/sandbox_client'

test.group('Sandbox, log of what arrived', () => {
  test('says when, what and how it was answered, without secrets or text', async ({ assert }) => {
    const sandbox = await startSandbox({ clock: { now: () => 1_700_000_000_000 } })
    const token = await obtainToken(sandbox)
    sandbox.fault({ on: 'sms', kind: 'reset' })
    await sendSms(sandbox, { token })
    await sendSms(sandbox, { token, headers: { cookie: 'session=secret-cookie' } })

    const log = await control(sandbox, 'GET requests')
    assert.containsSubset(json(log).data, [
      {
        at: '2023-11-14T22:13:20.000Z',
        method: 'POST',
        path: '/oauth/v3/token',
        route: 'token',
        body: { bytes: 29, grant_type: 'client_credentials' },
        status: 200,
        fault: null,
      },
      { route: 'sms', status: null, fault: 'reset' },
      {
        path: '/smsmessaging/v1/outbound/tel%3A%2B2210000/requests',
        body: { wellFormed: true, address: 'tel:+221771234567', messageLength: 7 },
        status: 201,
      },
    ])
    assert.match(json(log).data[0].headers.authorization, /^Basic sha256:[0-9a-f]{12}$/)
    assert.match(json(log).data[2].headers.authorization, /^Bearer sha256:[0-9a-f]{12}$/)

    const written = log.body.toString()
    const authorization = basic(sandbox.clientId, sandbox.clientSecret).slice(6)
    for (const secret of [token, authorization, sandbox.clientSecret, 'secret-cookie', 'Bonjour']) {
      assert.notInclude(written, secret)
    }
  })

  test('keeps credentials that were sent as parameters out too', async ({ assert }) => {
    const sandbox = await startSandbox()
    const body = `grant_type=client_credentials&client_id=a&client_secret=${sandbox.clientSecret}`
    await askForToken(sandbox, { body })

    assert.deepEqual(sandbox.requests[0].body.parameters, [
      'grant_type',
      'client_id',
      'client_secret',
    ])
    assert.notInclude(JSON.stringify(sandbox.requests), sandbox.clientSecret)
  })

  test('tells a listener of each request once', async ({ assert }) => {
    const told: LoggedRequest[] = []
    const sandbox = await startSandbox({ onExchange: (request) => told.push(request) })
    await askForToken(sandbox)
    await sandbox.stop()

    assert.deepEqual(told, [...sandbox.requests])
  })
})
