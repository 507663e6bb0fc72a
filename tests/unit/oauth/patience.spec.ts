import { test } from '@japa/runner'
import { AccessToken } from '#oauth/life/access_token'
import { CredentialPause } from '#oauth/life/credential_pause'
import { TokenRequestError, TokenUnavailable } from '#oauth/errors'
import { Patience } from '#oauth/life/patience'
import type { Failure } from '#oauth/life/pause'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { RecordingUnavailable } from '#shared/event_recorder'
import { ManualClock } from '#tests/helpers/manual_clock'
import { tokenRecord } from '#tests/unit/oauth/token_record'

const WAIT = 10_000
const TOKEN = new AccessToken(tokenRecord(), 0)
const FAILED: Failure = { verdict: 'transient', reason: 'http_503' }

/** A caller of ten seconds' patience. Each try meets the next outcome; pauses are as long as they get. */
function setUp(...outcomes: (AccessToken | Error | 'nothing')[]) {
  const clock = new ManualClock()
  const store = new MemoryTokenStore()
  const pause = new CredentialPause('credential', { store, clock, random: () => 1 })
  const patience = new Patience({ clock, pause, waitMs: WAIT })
  const tries: number[] = []

  const obtain = async () => {
    const outcome = outcomes[tries.push(clock.monotonic()) - 1]
    if (outcome === 'nothing') return new Promise<AccessToken>(() => {})
    if (!(outcome instanceof Error)) return outcome
    if (outcome instanceof TokenRequestError) await pause.begin(outcome.facts)
    throw outcome
  }
  return { clock, pause, patience, tries, obtain }
}

/** Watches a promise from its start on, and lets it come to where it waits for the clock. */
async function watch(promise: Promise<unknown>) {
  const seen: { value?: unknown; error?: unknown } = {}
  promise.then(
    (value) => (seen.value = value),
    (error: unknown) => (seen.error = error)
  )
  await new Promise((resolve) => setImmediate(resolve))
  return seen
}

test.group('Patience', () => {
  test('a token that is there at once needs none', async ({ assert }) => {
    const { patience, obtain, clock } = setUp(TOKEN)
    assert.equal(await patience.for(obtain), TOKEN)
    assert.equal(clock.pending, 0)
  })

  test('sits out a short pause and then asks again', async ({ assert }) => {
    const paused = new TokenUnavailable('http_429', 5_500)
    const { patience, obtain, clock, pause, tries } = setUp(paused, TOKEN)
    await pause.begin({ verdict: 'throttled', reason: 'http_429', retryAfterMs: 5_000 })
    const seen = await watch(patience.for(obtain))

    await clock.advance(5_499)
    assert.deepEqual(tries, [0])
    await clock.advance(2)
    assert.equal(seen.value, TOKEN)
  })

  test('does not begin to sit out a pause that is longer than it', async ({ assert }) => {
    const paused = new TokenUnavailable('invalid_client', 5 * 60_000)
    const { patience, obtain, clock, pause, tries } = setUp(paused)
    await pause.begin({ verdict: 'terminal', reason: 'invalid_client' })

    const error = await refusalOf(patience.for(obtain))
    assert.match(error.message, /\(invalid_client\)/)
    assert.equal(error.retryAfterMs, 5 * 60_000)
    assert.deepEqual(tries, [0])
    assert.equal(clock.pending, 0)
  })

  test('gets over two failures', async ({ assert }) => {
    const { patience, obtain, clock, tries } = setUp(failure(), failure(), TOKEN)
    const seen = await watch(patience.for(obtain))

    await clock.advance(WAIT - 1)
    assert.equal(seen.value, TOKEN)
    assert.deepEqual(tries, [0, 500, 1_500])
  })

  test('gives up after the third, with the reason of the last and its pause', async ({
    assert,
  }) => {
    const { patience, obtain, clock, tries } = setUp(failure(), failure(), failure('timeout'))
    const seen = await watch(patience.for(obtain))
    await clock.advance(1_500)

    assert.instanceOf(seen.error, TokenUnavailable)
    assert.match(String(seen.error), /\(timeout\)/)
    assert.equal((seen.error as TokenUnavailable).retryAfterMs, 2_000)
    assert.lengthOf(tries, 3)
  })

  test('is not tried by what will not change: {$self}')
    .with(['terminal', 'terminal_for_key', 'rejected'] as const)
    .run(async ({ assert }, verdict) => {
      const { patience, obtain, tries } = setUp(new TokenRequestError({ verdict, reason: 'no' }))
      await refusalOf(patience.for(obtain))
      assert.lengthOf(tries, 1)
    })

  test('leaves failures of our own as they are', async ({ assert }) => {
    const { patience, obtain, tries } = setUp(new RecordingUnavailable())
    await assert.rejects(() => patience.for(obtain), RecordingUnavailable)
    assert.lengthOf(tries, 1)
  })

  test('ends at the deadline, and the request goes on', async ({ assert }) => {
    const { patience, clock } = setUp()
    const request = Promise.withResolvers<AccessToken>()
    const seen = await watch(patience.for(() => request.promise))

    await clock.advance(WAIT - 1)
    assert.isUndefined(seen.error)
    await clock.advance(1)
    assert.instanceOf(seen.error, TokenUnavailable)
    assert.match(String(seen.error), /\(timeout\)/)
    assert.equal((seen.error as TokenUnavailable).retryAfterMs, 1_000)

    request.resolve(TOKEN)
    assert.equal(await request.promise, TOKEN)
  })

  test('a request that fails after the deadline troubles nobody', async ({ assert }) => {
    const { patience, clock } = setUp()
    const request = Promise.withResolvers<AccessToken>()
    const seen = await watch(patience.within(request.promise))
    const unhandled: unknown[] = []
    const notice = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', notice)

    await clock.advance(WAIT)
    request.reject(failure())
    await clock.advance(0)
    process.off('unhandledRejection', notice)

    assert.instanceOf(seen.error, TokenUnavailable)
    assert.deepEqual(unhandled, [])
  })

  test('one deadline covers all tries', async ({ assert }) => {
    const { patience, obtain, clock, tries } = setUp(failure(), 'nothing')
    const seen = await watch(patience.for(obtain))

    await clock.advance(WAIT)
    assert.deepEqual(tries, [0, 500])
    assert.instanceOf(seen.error, TokenUnavailable)
  })

  test('outlasting a pause asks for nothing', async ({ assert }) => {
    const { patience, clock, pause } = setUp()
    await patience.outlastPause()

    await pause.begin(FAILED)
    const seen = await watch(patience.outlastPause().then(() => 'over'))
    await clock.advance(499)
    assert.isUndefined(seen.value)
    await clock.advance(1)
    assert.equal(seen.value, 'over')
  })

  test('a pause that grows meanwhile is sat out as well, or given up', async ({ assert }) => {
    const { patience, clock, pause } = setUp()
    await pause.begin(FAILED)
    const seen = await watch(patience.outlastPause())
    await clock.advance(400)
    await pause.begin({ verdict: 'terminal', reason: 'invalid_client' })

    await clock.advance(200)
    assert.match(String(seen.error), /\(invalid_client\)/)
  })
})

function failure(reason = 'http_503'): TokenRequestError {
  return new TokenRequestError({ verdict: 'transient', reason })
}

async function refusalOf(promise: Promise<unknown>): Promise<TokenUnavailable> {
  const error: unknown = await promise.catch((reason: unknown) => reason)
  if (error instanceof TokenUnavailable) return error
  throw new Error(`It was not refused as it should be: ${error}`)
}
