import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { TokenUnavailable } from '#oauth/errors'
import { eventually } from '#tests/helpers/eventually'
import { meetingPlaces, type MeetingPlace } from '#tests/helpers/meeting_places'
import { startSharedEngine } from '#tests/helpers/shared_engine'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

const SHORT_LEASE_MS = 300
const LONG_LEASE_MS = 20_000

const THROTTLED: TokenServerAnswer = { status: 429, headers: { 'retry-after': '60' } }

/**
 * Two processes, as far as tokens are concerned, and a token endpoint that answers when it
 * may. The lease of the first one is as short as it is told; that of the second one lasts.
 */
async function setUp(context: TestContext, place: MeetingPlace, leaseMs = LONG_LEASE_MS) {
  const endpoint = {
    answer: (issued: number): TokenServerAnswer | Promise<TokenServerAnswer> => token(issued),
  }
  const { url, requests } = await startTokenServer(context, () => endpoint.answer(requests.length))
  const come = await place.open(context)
  const start = async (lifeMs: number) => startSharedEngine(context, await come(lifeMs), url)

  return { endpoint, requests, here: await start(leaseMs), there: await start(LONG_LEASE_MS) }
}

const token = (issued: number) => ({
  body: { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: 3600 },
})

/** Something that happens when a test says so. */
function signal<T = void>() {
  let give: (value: T) => void = () => {}
  const given = new Promise<T>((resolve) => (give = resolve))
  return { given, give }
}

const reasons = (events: { reasonCode?: string }[]) => events.map(({ reasonCode }) => reasonCode)

for (const place of await meetingPlaces('processes that take turns')) {
  test.group(`Who writes late | ${place.name}`, () => {
    test('is refused when a later token is stored, serves that one, and says so', async (context) => {
      const { assert } = context
      const { requests, here, there } = await setUp(context, place, SHORT_LEASE_MS)

      here.writes.hold()
      const first = here.tokens.getAccessToken()
      await eventually(() => here.writes.begun === 1, 'the first one writes')
      const later = await there.tokens.getAccessToken()

      here.writes.letThrough()
      const served = await first
      assert.equal(served.fingerprint, later.fingerprint)
      assert.equal((await here.tokens.getAccessToken()).fingerprint, later.fingerprint)
      assert.equal(
        (await here.manager.sharing.store.get(here.tokens.sync.key))!.fingerprint,
        later.fingerprint
      )
      assert.lengthOf(requests, 2)

      const [refused, ...others] = here.recorded('lock.lost')
      assert.equal(refused.reasonCode, 'late_write_refused')
      assert.notEqual(refused.token!.fingerprint, later.fingerprint)
      assert.deepEqual(reasons(others), ['lease_expired'])
      const [obtained] = here.recorded('auth.token.generated')
      assert.equal(
        obtained.token!.fingerprint,
        refused.token!.fingerprint,
        'what its own request gave'
      )
      assert.isEmpty(there.recorded('lock.lost'))
    })

    test('has lost its lease, and says so; its token serves both when it was stored first', async (context) => {
      const { assert } = context
      const { endpoint, requests, here, there } = await setUp(context, place, SHORT_LEASE_MS)
      const [one, two] = [signal(), signal()]
      endpoint.answer = async (issued) => {
        await (issued === 1 ? one : two).given
        return token(issued)
      }

      const earlier = here.tokens.getAccessToken()
      await eventually(() => requests.length === 1, 'the first one asks')
      const later = there.tokens.getAccessToken()
      await eventually(() => requests.length === 2, 'the second one asks when the lease is over')

      one.give()
      const { fingerprint } = await earlier
      assert.deepEqual(reasons(here.recorded('lock.lost')), ['lease_expired'])

      two.give()
      assert.equal((await later).fingerprint, fingerprint)
      assert.equal((await here.tokens.getAccessToken()).fingerprint, fingerprint)
      assert.equal((await there.tokens.getAccessToken()).fingerprint, fingerprint)
      assert.deepEqual(reasons(there.recorded('lock.lost')), ['late_write_refused'])
      assert.lengthOf(requests, 2)
    })
  })

  test.group(`Who waits while another one asks | ${place.name}`, () => {
    test('has the token as soon as it is stored, without ever having the lease', async (context) => {
      const { assert } = context
      const { endpoint, requests, here, there } = await setUp(context, place)
      const asked = signal()
      endpoint.answer = async (issued) => {
        await asked.given
        return token(issued)
      }

      const holder = here.tokens.getAccessToken()
      await eventually(() => requests.length === 1, 'the first one asks')
      const waiters = Array.from({ length: 50 }, () => there.tokens.getAccessToken())
      await eventually(() => there.turns.refused > 0, 'the second one waits')
      asked.give()

      const { fingerprint } = await holder
      for (const waiter of await Promise.all(waiters)) assert.equal(waiter.fingerprint, fingerprint)
      assert.lengthOf(requests, 1)
      assert.deepEqual([here.turns.taken, there.turns.taken], [1, 0])
    })

    test('obeys the pause when the other one is told to wait, and does not ask', async (context) => {
      const { assert } = context
      const { endpoint, requests, here, there } = await setUp(context, place)
      const asked = signal()
      endpoint.answer = async () => {
        await asked.given
        return THROTTLED
      }

      const holder = here.tokens.getAccessToken()
      await eventually(() => requests.length === 1, 'the first one asks')
      const waiters = Array.from({ length: 50 }, () => there.tokens.getAccessToken())
      await eventually(() => there.turns.refused > 0, 'the second one waits')
      asked.give()

      for (const failed of await Promise.allSettled([holder, ...waiters])) {
        assert.equal(failed.status, 'rejected')
        assert.instanceOf((failed as PromiseRejectedResult).reason, TokenUnavailable)
      }
      assert.lengthOf(requests, 1)
      assert.equal(there.turns.taken, 0)
      assert.equal(
        there.tokens.healthCheck().pause!.reason,
        here.tokens.healthCheck().pause!.reason
      )
    })
  })

  test.group(`Who is told to ask anew | ${place.name}`, () => {
    test('asks once together with the others who are', async (context) => {
      const { assert } = context
      const { endpoint, requests, here, there } = await setUp(context, place)
      const before = await here.tokens.getAccessToken()
      await there.tokens.getAccessToken()
      const asked = signal()
      endpoint.answer = async (issued) => {
        await asked.given
        return token(issued)
      }

      const forced = [here, there, here, there].map(({ tokens }) => tokens.refreshToken())
      await eventually(() => requests.length === 2, 'one of them asks')
      await eventually(() => here.turns.refused + there.turns.refused > 0, 'the other one waits')
      asked.give()

      const fingerprints = (await Promise.all(forced)).map(({ fingerprint }) => fingerprint)
      assert.lengthOf(new Set(fingerprints), 1)
      assert.notEqual(fingerprints[0], before.fingerprint)
      assert.lengthOf(requests, 2)
      assert.equal(here.turns.taken + there.turns.taken, 2)
    })

    test('asks too, once, when whoever asked before failed', async (context) => {
      const { assert } = context
      const { endpoint, requests, here, there } = await setUp(context, place)
      const { fingerprint } = await here.tokens.getAccessToken()
      await there.tokens.getAccessToken()
      endpoint.answer = () => THROTTLED

      const forced = [here, there, here, there].map(({ tokens }) => tokens.refreshToken())
      for (const { status } of await Promise.allSettled(forced)) assert.equal(status, 'rejected')
      assert.lengthOf(requests, 3)
      for (const { tokens } of [here, there])
        assert.equal((await tokens.getAccessToken()).fingerprint, fingerprint)
    })
  })
}
