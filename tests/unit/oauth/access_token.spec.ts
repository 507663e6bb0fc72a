import { inspect } from 'node:util'
import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { AccessToken } from '#oauth/life/access_token'
import { ManualClock } from '#tests/helpers/manual_clock'
import { tokenRecord } from '#tests/unit/oauth/token_record'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Just obtained: an hour to live, due after 50 minutes, not sent in its last two seconds. */
function setUp() {
  const clock = new ManualClock()
  const token = new AccessToken(tokenRecord({ issuedAt: clock.now() }), clock.monotonic())
  return { clock, token }
}

test.group('Access token | of another machine', () => {
  test('whose clock is ahead: it lives no longer here for that', async ({ assert }) => {
    const clock = new ManualClock()
    const issuedAt = clock.now() + 60 * 60_000
    const token = AccessToken.adopt(tokenRecord({ issuedAt }), clock)
    await clock.advance(61 * 60_000)
    assert.equal(token.state(clock), 'absent')
  })
})

test.group('Access token | its state', () => {
  test('after {passed} ms it is {state}')
    .with([
      { passed: 0, state: 'fresh' },
      { passed: 50 * MINUTE - 1, state: 'fresh' },
      { passed: 50 * MINUTE, state: 'due' },
      { passed: HOUR - 2 * SECOND - 1, state: 'due' },
      { passed: HOUR - 2 * SECOND, state: 'absent' },
      { passed: 24 * HOUR, state: 'absent' },
    ])
    .run(async ({ assert }, { passed, state }) => {
      const { clock, token } = setUp()
      await clock.advance(passed)

      assert.equal(token.state(clock), state)
      assert.equal(token.isFresh(clock.now(), clock.monotonic()), state === 'fresh')
      assert.equal(token.isUsable(clock.now(), clock.monotonic()), state !== 'absent')
    })

  test('the wall clock alone makes it {state} by a jump of {jump} ms')
    .with([
      { jump: 50 * MINUTE - 1, state: 'fresh' },
      { jump: 50 * MINUTE, state: 'due' },
      { jump: HOUR - 2 * SECOND, state: 'absent' },
    ])
    .run(({ assert }, { jump, state }) => {
      const { clock, token } = setUp()
      clock.jump(jump)
      assert.equal(token.state(clock), state)
    })

  test('the monotonic clock alone makes it {state} after {passed} ms')
    .with([
      { passed: 50 * MINUTE - 1, state: 'fresh' },
      { passed: 50 * MINUTE, state: 'due' },
      { passed: HOUR - 2 * SECOND, state: 'absent' },
    ])
    .run(async ({ assert }, { passed, state }) => {
      const { clock, token } = setUp()
      clock.jump(-24 * HOUR)
      await clock.advance(passed)
      assert.equal(token.state(clock), state)
    })

  test('one that another process obtained is as old as the wall clock says', async ({ assert }) => {
    const clock = new ManualClock()
    const issuedAt = clock.now() - 40 * MINUTE
    const token = AccessToken.adopt(tokenRecord({ issuedAt }), clock)

    assert.equal(token.untilDue(clock), 10 * MINUTE)
    clock.jump(-24 * HOUR)
    await clock.advance(10 * MINUTE)
    assert.equal(token.state(clock), 'due')
  })
})

test.group('Access token | what is left of it', () => {
  test('the shorter of what both clocks say, and never less than nothing', async ({ assert }) => {
    const { clock, token } = setUp()
    assert.equal(token.remaining(clock), HOUR - 2 * SECOND)
    assert.equal(token.untilDue(clock), 50 * MINUTE)

    clock.jump(-MINUTE)
    await clock.advance(2 * MINUTE)
    assert.equal(token.remaining(clock), HOUR - 2 * SECOND - 2 * MINUTE)

    clock.jump(11 * MINUTE)
    assert.equal(token.remaining(clock), HOUR - 2 * SECOND - 12 * MINUTE)
    assert.equal(token.untilDue(clock), 38 * MINUTE)

    clock.jump(24 * HOUR)
    assert.equal(token.remaining(clock), 0)
    assert.equal(token.untilDue(clock), 0)
  })

  test('it notices by how much the wall clock jumped, in either direction', async ({ assert }) => {
    const { clock, token } = setUp()
    await clock.advance(MINUTE)
    assert.equal(token.clockDrift(clock), 0)
    clock.jump(HOUR)
    assert.equal(token.clockDrift(clock), HOUR)
    clock.jump(-3 * HOUR)
    assert.equal(token.clockDrift(clock), -2 * HOUR)
  })
})

test.group('Access token | its text', () => {
  test('leaves it as an Authorization header only', ({ assert }) => {
    assert.equal(setUp().token.authorization.release(), 'Bearer a-token')
  })

  test('is not seen in {$self}')
    .with(['inspect', 'JSON', 'a template', 'concatenation', 'its properties', 'a log line'])
    .run(({ assert }, view) => {
      const accessToken = new Secret('canary')
      const token = new AccessToken(tokenRecord({ accessToken }), 0)
      const views: Record<string, string> = {
        'inspect': inspect(token, { depth: Infinity, showHidden: true, getters: true }),
        'JSON': JSON.stringify(token),
        'a template': `${token} ${token.authorization} ${token.record.accessToken}`,
        'concatenation': '' + token.authorization + token.record.accessToken,
        'its properties': Object.entries(token).flat().map(String).join(),
        'a log line': inspect({ error: Object.assign(new Error('x'), { token }) }, { depth: 9 }),
      }

      assert.isNotEmpty(views[view])
      assert.notInclude(views[view], 'canary')
    })
})
