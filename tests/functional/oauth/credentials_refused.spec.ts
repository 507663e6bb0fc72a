import { test } from '@japa/runner'
import { assertRecovery } from '#tests/helpers/failed_token_request'
import { assertKeepsSecrets } from '#tests/helpers/kept_secrets'
import { oauthError, orangeError } from '#tests/helpers/token_errors'
import { startTokenTrial } from '#tests/helpers/token_trial'

const FIVE_MINUTES = 5 * 60_000

test.group('T18 | while the credentials are refused', () => {
  test('nobody asks again for five minutes, however many send', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    const refusal = oauthError(401, 'invalid_client')
    trial.sandbox.fault({ on: 'token', kind: 'answer', ...refusal, times: 2 })

    const first = await Promise.all(Array.from({ length: 10 }, () => trial.send()))
    await trial.clock.advance(FIVE_MINUTES - 1_000)
    const last = await trial.send()
    assert.deepEqual([...new Set(first.map(({ status }) => status))], [503])
    assert.equal(last.headers.get('retry-after'), '1')
    assert.lengthOf(trial.tokenRequests(), 1)

    await trial.clock.advance(1_000)
    assert.equal(await trial.sendStatus(), 503)
    assert.lengthOf(trial.tokenRequests(), 2)
    await assertRecovery(assert, trial)
  })

  test('the trail calls it severe', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    const refusal = orangeError(401, 41)
    trial.sandbox.fault({ on: 'token', kind: 'answer', ...refusal })
    await trial.send()

    const [, failed, invalid] = trial.recorder.events
    for (const event of [failed, invalid]) {
      assert.containsSubset(event, { severity: 'high', httpStatus: 401, upstreamCode: '41' })
    }
  })

  test('an administrator forces a try, and its success ends the pause', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    const refusal = oauthError(401, 'invalid_client')
    trial.sandbox.fault({ on: 'token', kind: 'answer', ...refusal })
    await trial.send()

    const forced = await trial.refresh()
    assert.equal(forced.status, 200, JSON.stringify(forced.body))
    const health = await trial.health()
    assert.containsSubset(health.body, { status: 'healthy', details: { pause: null } })

    assert.equal(await trial.sendStatus(), 201)
    assert.lengthOf(trial.tokenRequests(), 2)
    assertKeepsSecrets(assert, trial, { answers: [forced, health] })
  })

  test('a token that is still good is served to its end', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context, { sandbox: { tokenLifeSeconds: 600 } })
    await trial.send()
    trial.sandbox.fault({ on: 'token', kind: 'answer', ...oauthError(401, 'invalid_client') })

    await trial.clock.advance(300_000)
    await trial.tokens.settled()
    assert.equal(await trial.sendStatus(), 201)
    assert.containsSubset(await trial.healthBody(), { status: 'degraded' })
    assert.lengthOf(trial.tokenRequests(), 2)
    assert.lengthOf(trial.sandbox.messages, 2)
  })
})
