import { test } from '@japa/runner'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import { askForToken, control, failureOf, statusOf } from '#tests/helpers/sandbox/sandbox_client'

test.group('Sandbox, faults of connections', () => {
  test('reset and hang: the next connections are not read', async ({ assert }) => {
    const sandbox = await startSandbox()
    sandbox.fault({ on: 'connection', kind: 'reset' }, { on: 'connection', kind: 'hang' })

    assert.equal(await failureOf(askForToken(sandbox)), 'ECONNRESET')
    assert.equal(await failureOf(askForToken(sandbox, { timeoutMs: 120 })), 'ETIMEDOUT')
    assert.equal(await statusOf(askForToken(sandbox)), 200)
    assert.lengthOf(sandbox.requests, 1)
  })

  test('refuse: nobody listens until it is over', async ({ assert }) => {
    const sandbox = await startSandbox()
    sandbox.fault({ on: 'connection', kind: 'refuse', forMs: 60_000 })

    assert.equal(await failureOf(askForToken(sandbox)), 'ECONNREFUSED')
    await sandbox.restart()
    assert.equal(await statusOf(askForToken(sandbox)), 200)
  })

  test('refuse: asked for over HTTP it is answered first, and ends by itself', async ({
    assert,
  }) => {
    const sandbox = await startSandbox()
    const script = { on: 'connection', kind: 'refuse', forMs: 150 }

    assert.equal(await statusOf(control(sandbox, 'POST faults', script)), 200)
    assert.equal(await failureOf(askForToken(sandbox)), 'ECONNREFUSED')

    let answer = await askForToken(sandbox)
    while (answer.failure === 'ECONNREFUSED') answer = await askForToken(sandbox)
    assert.equal(answer.status, 200)
  })
})
