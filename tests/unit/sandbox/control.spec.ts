import { test } from '@japa/runner'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import type { SandboxOptions } from '#orange/sandbox/sandbox_options'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import {
  askForToken,
  control,
  json,
  obtainToken,
  sendSms,
  statusOf,
} from '#tests/helpers/sandbox/sandbox_client'

test.group('Sandbox, controls', () => {
  test('settings change over HTTP, and a wrong one is refused by name', async ({ assert }) => {
    const sandbox = await startSandbox()
    const changed = await control(sandbox, 'POST configure', { tokenLifeSeconds: 30 })
    assert.equal(json(changed).data.tokenLifeSeconds, 30)
    assert.equal(json(await askForToken(sandbox)).expires_in, 30)

    const wrong = await control(sandbox, 'POST configure', { paceStatus: 500 })
    assert.deepEqual(
      [wrong.status, json(wrong).error],
      [400, 'paceStatus must be one of: 403, 429']
    )
    const unknown = await control(sandbox, 'POST configure', { __proto__x: 1 })
    assert.equal(unknown.status, 400)
    assert.equal(json(await control(sandbox, 'GET configure')).data.paceStatus, 403)
  })

  test('reset forgets all but tokens', async ({ assert }) => {
    const sandbox = await startSandbox({ tokenLifeSeconds: 100 })
    const token = await obtainToken(sandbox)
    await sendSms(sandbox, { token })
    sandbox.configure({ tokenLifeSeconds: 5, availableUnits: 0 })
    sandbox.fault({ on: 'any', kind: 'hang' })

    assert.equal(await statusOf(control(sandbox, 'POST reset')), 200)
    assert.deepEqual([sandbox.requests, sandbox.messages, sandbox.faults], [[], [], []])
    assert.equal(sandbox.settings.tokenLifeSeconds, 100)
    assert.equal(await statusOf(sendSms(sandbox, { token })), 201)
  })

  test('messages can be read, tokens expired and revoked over HTTP', async ({ assert }) => {
    const sandbox = await startSandbox()
    const token = await obtainToken(sandbox)
    await sendSms(sandbox, { token })

    const { data } = json(await control(sandbox, 'GET messages'))
    assert.containsSubset(data, [{ address: 'tel:+221771234567', message: 'Bonjour' }])
    await control(sandbox, 'POST expire-tokens')
    assert.equal(json(await sendSms(sandbox, { token })).code, 42)
    await control(sandbox, 'POST revoke-tokens')
    assert.equal(json(await sendSms(sandbox, { token })).code, 41)
  })

  test('an unknown control is 404 and says what there is', async ({ assert }) => {
    const sandbox = await startSandbox()
    const answer = await control(sandbox, 'GET toString')
    assert.equal(answer.status, 404)
    assert.include(json(answer).error, 'POST faults')
  })

  test('an unknown setting at the start is refused', async ({ assert }) => {
    const options = { tokenLife: 3 } as SandboxOptions
    await assert.rejects(() => OrangeSandbox.start(options), /"tokenLife" is not known here/)
  })
})
