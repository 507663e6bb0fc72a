import type { Assert } from '@japa/assert'
import { assertKeepsSecrets } from '#tests/helpers/kept_secrets'
import type { TokenTrial } from '#tests/helpers/token_trial'
import type { ApiAnswer } from '#tests/helpers/gateway'

export interface ExpectedFailure {
  /** The reason in events, health and answers. */
  reason: string

  /** How long nobody asks again, in milliseconds. Default: 500, the first transient pause. */
  pauseMs?: number

  /** Token requests that reach the sandbox because of one failed send. Default: 1. */
  arrivals?: number

  /** Types of the events between `requested` and `paused`. */
  failureEvents?: string[]
}

const REQUESTED = 'auth.token.requested'
const FAILED = 'auth.token.request_failed'

/**
 * Lets an API caller send while the token endpoint misbehaves, and demands what holds for
 * every misbehaviour: a clear 503, one attempt, a pause, a row for everything, no secret
 * anywhere, nothing of the bad answer kept. Then an administrator forces a try that fails
 * as well. `misbehave` is called before each of these tries.
 */
export async function assertFailedTokenRequest(
  assert: Assert,
  trial: TokenTrial,
  { misbehave, expected }: { misbehave: () => void; expected: ExpectedFailure }
): Promise<void> {
  const { arrivals = 1 } = expected

  misbehave()
  const answer = await trial.send()
  assertUnavailable(assert, answer, expected)
  assert.lengthOf(trial.tokenRequests(), arrivals)
  assert.lengthOf(trial.smsRequests(), 0)
  assert.deepEqual(trial.events(), eventsOf(expected))

  const health = await trial.health()
  assertUnhealthy(assert, health, { ...expected, now: trial.clock.now() })

  misbehave()
  const refused = await trial.refresh()
  assert.equal(refused.status, 502, JSON.stringify(refused.body))
  assert.equal(refused.body.code, 'token_request_failed')

  misbehave()
  const thrown = await trial.tokens.refreshToken().catch((error: unknown) => error)
  assert.instanceOf(thrown, Error)
  assert.lengthOf(trial.tokenRequests(), 3 * arrivals)

  assert.isNotEmpty(trial.logs)
  assertKeepsSecrets(assert, trial, { answers: [answer, health, refused], thrown: [thrown] })
}

/** The endpoint behaves again: after the pause one request brings a token, and the SMS goes out once. */
export async function assertRecovery(assert: Assert, trial: TokenTrial): Promise<void> {
  const before = trial.tokenRequests().length
  await trial.clock.advance(5 * 60_000)

  const answer = await trial.send()
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  assert.lengthOf(trial.tokenRequests(), before + 1)
  assert.lengthOf(trial.sandbox.messages, 1)
  assert.deepEqual(trial.events().slice(-2), [
    `${REQUESTED} (absent)`,
    'auth.token.generated (absent)',
  ])

  const health = await trial.health()
  assert.equal(health.body.status, 'healthy')
  assertKeepsSecrets(assert, trial, { answers: [answer, health] })
}

export function assertUnavailable(
  assert: Assert,
  { status, headers, body }: ApiAnswer,
  { reason, pauseMs = 500 }: Pick<ExpectedFailure, 'reason' | 'pauseMs'>
): void {
  assert.equal(status, 503, JSON.stringify(body))
  assert.equal(headers.get('content-type'), 'application/problem+json')
  assert.equal(headers.get('retry-after'), String(Math.ceil(pauseMs / 1000)))
  assert.containsSubset(body, { status: 503, code: 'token_unavailable', retryable: true })
  assert.equal(/\((\w+)\)/.exec(String(body.detail))?.[1], reason)
}

function assertUnhealthy(
  assert: Assert,
  { status, body }: ApiAnswer,
  { reason, pauseMs = 500, now }: ExpectedFailure & { now: number }
): void {
  const until = new Date(now + pauseMs).toISOString()

  assert.equal(status, 503)
  assert.containsSubset(body, {
    status: 'unhealthy',
    details: {
      authenticated: false,
      tokenInfo: { isValid: false, state: 'absent', expiresAt: null },
      healthCheck: { outcome: 'failure', reason },
      pause: { reason, failures: 1, until },
    },
  })
}

function eventsOf({ reason, failureEvents = [FAILED] }: ExpectedFailure): string[] {
  return [
    `${REQUESTED} (absent)`,
    ...failureEvents.map((type) => `${type} (${reason})`),
    `auth.credentials.paused (${reason})`,
  ]
}
