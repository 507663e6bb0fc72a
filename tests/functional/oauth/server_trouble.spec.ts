import { test } from '@japa/runner'
import type { AnswerFault } from '#orange/sandbox/faults/fault'
import { assertFailedTokenRequest, assertRecovery } from '#tests/helpers/failed_token_request'
import { oauthError, orangeError } from '#tests/helpers/token_errors'
import { CANARY, startTokenTrial } from '#tests/helpers/token_trial'

const UNAVAILABLE: Record<string, Partial<AnswerFault> & { reason?: string; pauseMs?: number }> = {
  '408': { status: 408 },
  '500': { status: 500, body: CANARY },
  '500 server_error': { ...oauthError(500, 'server_error'), reason: 'server_error' },
  '502': { status: 502 },
  '503': { status: 503 },
  '504': { status: 504 },
  '503 with code 5': orangeError(503, 5),
  '503 temporarily_unavailable': {
    ...oauthError(503, 'temporarily_unavailable'),
    reason: 'temporarily_unavailable',
  },
  '503 with Retry-After': { status: 503, headers: { 'Retry-After': '5' }, pauseMs: 5_000 },
  '503 with Retry-After of a day': {
    status: 503,
    headers: { 'Retry-After': '86400' },
    pauseMs: 60_000,
  },
}

test.group('T22 | a server in trouble', () => {
  test('{$self}')
    .with(Object.keys(UNAVAILABLE))
    .run(async (context, title) => {
      const { assert } = context
      const { reason, pauseMs, ...answer } = UNAVAILABLE[title]
      const trial = await startTokenTrial(context)

      await assertFailedTokenRequest(assert, trial, {
        misbehave: () => trial.sandbox.fault({ on: 'token', kind: 'answer', ...answer }),
        expected: { reason: reason ?? `http_${answer.status}`, pauseMs },
      })
      await assertRecovery(assert, trial)
    })

  test('is asked three times for one send, and no fourth time', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context, { random: () => 0, oauth: { waitMs: 10_000 } })
    trial.sandbox.fault({ on: 'token', kind: 'answer', status: 502, times: 5 })

    assert.equal(await trial.sendStatus(), 503)
    assert.lengthOf(trial.tokenRequests(), 3)
    assert.lengthOf(trial.sandbox.messages, 0)

    assert.equal(await trial.sendStatus(), 201)
    assert.lengthOf(trial.tokenRequests(), 6)
    assert.lengthOf(trial.sandbox.messages, 1)
  })
})
