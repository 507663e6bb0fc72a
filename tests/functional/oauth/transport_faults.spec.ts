import app from '@adonisjs/core/services/app'
import { test } from '@japa/runner'
import type { Fault } from '#orange/sandbox/faults/fault'
import { startDeafPort } from '#tests/helpers/deaf_port'
import { eventually } from '#tests/helpers/eventually'
import { assertFailedTokenRequest, assertRecovery } from '#tests/helpers/failed_token_request'
import { assertKeepsSecrets } from '#tests/helpers/kept_secrets'
import { tokenEndpointAt } from '#tests/helpers/token_endpoint_at'
import { startTokenTrial } from '#tests/helpers/token_trial'

const REFUSED: Fault = { on: 'connection', kind: 'refuse', forMs: 3_600_000 }

/** When the sandbox's tokens of an hour are renewed at the latest draw: 11 min before their end. */
const UNTIL_DUE = (60 - 11) * 60_000

const UNKNOWN_THEN_FAILED = ['auth.token.outcome_unknown', 'auth.token.request_failed']

test.group('T1 | nobody at the address of the token endpoint', () => {
  test('a refused connection', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    trial.sandbox.fault(REFUSED)

    await assertFailedTokenRequest(assert, trial, {
      misbehave: () => {},
      expected: { reason: 'connection_refused', arrivals: 0 },
    })
    await trial.sandbox.restart()
    await assertRecovery(assert, trial)
  })

  test('a name that does not resolve', async (context) => {
    const trial = await startTokenTrial(context, { oauth: tokenEndpointAt('http://no.invalid') })

    await assertFailedTokenRequest(context.assert, trial, {
      misbehave: () => {},
      expected: { reason: 'dns_failed', arrivals: 0 },
    })
  })

  test('a caller waits through two failures, and three are the end', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context, { random: () => 0, oauth: { waitMs: 10_000 } })

    trial.sandbox.fault({ on: 'connection', kind: 'reset', times: 3 })
    const given = await trial.send()
    assert.equal(given.status, 503)
    assert.lengthOf(trial.recorder.events.filter(isRequest), 3)

    trial.sandbox.fault({ on: 'connection', kind: 'reset', times: 2 })
    assert.equal(await trial.sendStatus(), 201)
    assert.lengthOf(trial.recorder.events.filter(isRequest), 6)
    assert.lengthOf(trial.tokenRequests(), 1)
    assert.lengthOf(trial.sandbox.messages, 1)
  })

  test('the token in hand is served to its end, and the trail says from when to when', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    await trial.send()

    trial.sandbox.fault({ on: 'token', kind: 'reset', times: 1_000 })
    await trial.clock.advance(UNTIL_DUE)
    await eventually(() => trial.failuresBehind.length > 0, 'the renewal has failed')

    const served = await trial.send()
    assert.equal(served.status, 201)
    const health = await trial.health()
    assert.containsSubset(health, {
      status: 200,
      body: { status: 'degraded', details: { authenticated: true, tokenInfo: { state: 'due' } } },
    })
    assert.includeMembers(trial.events(), [
      'auth.token.request_failed (connection_reset)',
      'auth.token.stale_served.started (connection_reset)',
    ])

    trial.sandbox.reset()
    await trial.clock.advance(60_000)
    await eventually(() => trial.events().some((event) => /ended/.test(event)), 'it is renewed')
    assert.lengthOf(trial.tokenRequests(), 1)
    assert.equal(trial.events().at(-1), 'auth.token.stale_served.ended (renewed)')
    assertKeepsSecrets(assert, trial, { answers: [served, health] })
  })
})

test.group('T2 | connecting takes for ever', () => {
  test('the handshake of TCP gets no answer', async (context) => {
    const oauth = tokenEndpointAt(`http://127.0.0.1:${await startDeafPort(context)}`)
    const trial = await startTokenTrial(context, { oauth, connectTimeoutMs: 150 })

    await assertFailedTokenRequest(context.assert, trial, {
      misbehave: () => {},
      expected: { reason: 'connect_timeout', arrivals: 0 },
    })
  })

  test('production waits 3 s at most', ({ assert }) => {
    assert.isAtMost(app.config.get<number>('http_client.tokens.connectTimeoutMs'), 3_000)
  })
})

const SLOW: Record<string, Fault> = {
  'T3 | the request is read and never answered': { on: 'token', kind: 'hang' },
  'T3 | a token is issued, and never answered': { on: 'token', kind: 'accept-then-hang' },
  'T3 | the connection is accepted, and never read': { on: 'connection', kind: 'hang' },
  'T4 | the answer stops after its head': { on: 'token', kind: 'stall' },
  'T4 | the answer stops in its body': { on: 'token', kind: 'stall', afterBytes: 20 },
  'T4 | the answer comes byte by byte': { on: 'token', kind: 'drip', intervalMs: 40 },
}

test.group('T3, T4 | an answer that never ends is given up in time', () => {
  test('{$self}')
    .with(Object.keys(SLOW))
    .run(async (context, title) => {
      const { assert } = context
      const trial = await startTokenTrial(context, { oauth: { requestDeadlineMs: 250 } })
      const fault = SLOW[title]

      await assertFailedTokenRequest(assert, trial, {
        misbehave: () => trial.sandbox.fault(fault),
        expected: {
          reason: 'timeout',
          failureEvents: UNKNOWN_THEN_FAILED,
          arrivals: fault.on === 'token' ? 1 : 0,
        },
      })
      await assertRecovery(assert, trial)
    })

  test('production waits 10 s at most', ({ assert }) => {
    assert.isAtMost(app.config.get<number>('oauth.requestDeadlineMs'), 10_000)
  })
})

const CUT: Record<string, Fault> = {
  'T5 | a reset in the middle of the body': { on: 'token', kind: 'reset', at: 'body' },
  'T5 | the body ends early': { on: 'token', kind: 'truncate' },
  'T5 | the body ends before it begins': { on: 'token', kind: 'truncate', afterBytes: 0 },
  'T5 | less came than was announced': { on: 'token', kind: 'wrong-length', by: 1 },
}

test.group('T5 | half an answer is none', () => {
  test('{$self}')
    .with(Object.keys(CUT))
    .run(async (context, title) => {
      const { assert } = context
      const trial = await startTokenTrial(context)

      await assertFailedTokenRequest(assert, trial, {
        misbehave: () => trial.sandbox.fault(CUT[title]),
        expected: { reason: 'truncated' },
      })
      await assertRecovery(assert, trial)
    })

  test('a reset before the answer', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)

    await assertFailedTokenRequest(assert, trial, {
      misbehave: () => trial.sandbox.fault({ on: 'token', kind: 'reset', at: 'answer' }),
      expected: { reason: 'connection_reset' },
    })
    await assertRecovery(assert, trial)
  })
})

function isRequest({ type }: { type: string }): boolean {
  return type === 'auth.token.requested'
}
