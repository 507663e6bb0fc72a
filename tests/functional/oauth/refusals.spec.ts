import { test } from '@japa/runner'
import type { AnswerFault } from '#orange/sandbox/faults/fault'
import { assertFailedTokenRequest, assertRecovery } from '#tests/helpers/failed_token_request'
import { oauthError, orangeError } from '#tests/helpers/token_errors'
import { CANARY, startTokenTrial } from '#tests/helpers/token_trial'

const FIVE_MINUTES = 5 * 60_000

interface Refusal {
  answer: Partial<AnswerFault>
  reason: string

  /** Whether the trail says that it is the credentials that were refused. */
  credentials?: boolean
}

const TERMINAL: Record<string, Refusal> = {
  'T18 | 400 invalid_request': {
    answer: oauthError(400, 'invalid_request'),
    reason: 'invalid_request',
  },
  'T18 | 400 invalid_client': {
    answer: oauthError(400, 'invalid_client'),
    reason: 'invalid_client',
    credentials: true,
  },
  'T18 | 401 invalid_client': {
    answer: oauthError(401, 'invalid_client'),
    reason: 'invalid_client',
    credentials: true,
  },
  'T18 | 400 unauthorized_client': {
    answer: oauthError(400, 'unauthorized_client'),
    reason: 'unauthorized_client',
    credentials: true,
  },
  'T18 | 400 unsupported_grant_type': {
    answer: oauthError(400, 'unsupported_grant_type'),
    reason: 'unsupported_grant_type',
  },
  'T18 | 400 invalid_scope': { answer: oauthError(400, 'invalid_scope'), reason: 'invalid_scope' },
  'T18 | 400 invalid_grant': { answer: oauthError(400, 'invalid_grant'), reason: 'invalid_grant' },
  'T18 | 400 with an error of no standard': {
    answer: oauthError(400, CANARY),
    reason: 'http_400',
  },
  'T16 | 400 with a name of the prototype as its error': {
    answer: oauthError(400, '__proto__'),
    reason: 'http_400',
  },
  'T18 | 401 with code 41': {
    answer: orangeError(401, 41),
    reason: 'http_401',
    credentials: true,
  },
  'T18 | 401 with code 40': {
    answer: orangeError(401, 40),
    reason: 'http_401',
    credentials: true,
  },
  'T19 | 401 without a body': { answer: { status: 401 }, reason: 'http_401', credentials: true },
  'T19 | 401 with a page': {
    answer: { status: 401, headers: { 'Content-Type': 'text/html' }, body: `<p>${CANARY}` },
    reason: 'http_401',
    credentials: true,
  },
  'T21 | 403 with code 50': { answer: orangeError(403, 50), reason: 'http_403' },
  'T21 | 403 with code 51': { answer: orangeError(403, 51), reason: 'http_403' },
  'T21 | 403 with an unknown code': { answer: orangeError(403, 99), reason: 'http_403' },
  'T21 | 403 without a body': { answer: { status: 403 }, reason: 'http_403' },
  'T25 | 404': { answer: { status: 404, body: CANARY }, reason: 'http_404' },
  'T25 | 405': { answer: { status: 405, headers: { Allow: 'GET' } }, reason: 'http_405' },
  'T25 | 406': { answer: { status: 406 }, reason: 'http_406' },
  'T25 | 415': { answer: { status: 415 }, reason: 'http_415' },
}

test.group('T18, T19, T21, T25 | a refusal that asking again would not change', () => {
  test('{$self}')
    .with(Object.keys(TERMINAL))
    .run(async (context, title) => {
      const { assert } = context
      const { answer, reason, credentials } = TERMINAL[title]
      const trial = await startTokenTrial(context)

      await assertFailedTokenRequest(assert, trial, {
        misbehave: () => trial.sandbox.fault({ on: 'token', kind: 'answer', ...answer }),
        expected: {
          reason,
          pauseMs: FIVE_MINUTES,
          failureEvents: [
            'auth.token.request_failed',
            ...(credentials ? ['auth.credentials.invalid'] : []),
          ],
        },
      })
      await assertRecovery(assert, trial)
    })
})

test('T25 | our requests say which answer they accept', async (context) => {
  const trial = await startTokenTrial(context, { sandbox: { requireAcceptHeader: true } })

  context.assert.equal(await trial.sendStatus(), 201)
  context.assert.lengthOf(trial.tokenRequests(), 1)
})
