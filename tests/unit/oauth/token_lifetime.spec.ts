import { test } from '@japa/runner'
import { UnsecuredJWT } from 'jose'
import {
  InvalidExpiresIn,
  lifeOf,
  lifetime,
  lifetimeOfSameToken,
  parseExpiresIn,
  usableUntil,
} from '#oauth/life/token_lifetime'
import { seededRandom } from '#tests/helpers/seeded_random'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const START = Date.UTC(2026, 0, 1)
const TEN_MINUTES = { threshold: 10 * MINUTE, random: () => 0 }

const ACCEPTED: [unknown, number | undefined][] = [
  [undefined, undefined],
  [3600, 3600],
  [0, 0],
  [1, 1],
  [1e12, 1e12],
  [2 ** 53, 2 ** 53],
  ['3600', 3600],
  ['0', 0],
  ['0060', 60],
  ['999999999999999', 999_999_999_999_999],
]

const REFUSED: unknown[] = [
  null,
  -1,
  3599.9,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  true,
  [3600],
  { seconds: 3600 },
  3600n,
  '',
  ' 3600',
  '3600 ',
  '3600abc',
  '-1',
  '+1',
  '1e3',
  '0x10',
  '3599.9',
  '٣٦٠٠',
  '9'.repeat(16),
]

test.group('Token lifetime | expires_in', () => {
  test('{0} is {1}')
    .with(ACCEPTED)
    .run(({ assert }, [value, seconds]) => {
      assert.equal(parseExpiresIn(value), seconds)
    })

  test('{shown} is refused, and not quoted')
    .with(REFUSED.map((value) => ({ value, shown: `${typeof value} "${String(value)}"` })))
    .run(({ assert }, { value }) => {
      assert.throws(
        () => parseExpiresIn(value),
        InvalidExpiresIn,
        'expires_in is not a whole number of seconds'
      )
    })
})

test.group('Token lifetime | how long a token lives', () => {
  test('as long as the server says, from 1 s to 24 h')
    .with([
      [0, SECOND],
      [1, SECOND],
      [2, 2 * SECOND],
      [3600, HOUR],
      [86_400, DAY],
      [86_401, DAY],
      [1e12, DAY],
      [Number.MAX_VALUE, DAY],
    ] as const)
    .run(({ assert }, [expiresIn, life]) => {
      assert.equal(lifeOf('opaque', expiresIn), life)
    })

  test('60 s when nobody says', ({ assert }) => {
    assert.equal(lifeOf('opaque', undefined), MINUTE)
    assert.equal(lifeOf('not.a.jwt', undefined), MINUTE)
  })

  test('exp − iat of a JWT when the server does not say', ({ assert }) => {
    assert.equal(lifeOf(jwt({ iat: 1_000, exp: 1_900 }), undefined), 15 * MINUTE)
    assert.equal(lifeOf(jwt({ iat: 0, exp: 1e12 }), undefined), DAY)
  })

  test('what the server says comes before what stands in a JWT', ({ assert }) => {
    assert.equal(lifeOf(jwt({ iat: 1_000, exp: 1_900 }), 120), 2 * MINUTE)
    assert.equal(lifeOf(jwt({ iat: 1_000, exp: 1_900 }), 0), SECOND)
  })

  test('60 s for a JWT with the claims {$self}')
    .with([
      '{}',
      '{"exp":1900}',
      '{"iat":1000}',
      '{"iat":1900,"exp":1900}',
      '{"iat":1900,"exp":1000}',
      '{"iat":"a","exp":"b"}',
      '{"iat":"1000","exp":"1900"}',
      '{"iat":[0],"exp":[900]}',
      '{"iat":null,"exp":900}',
      '{"iat":false,"exp":true}',
      '{"iat":1e999,"exp":1e999}',
      '[]',
      'null',
      '{',
    ])
    .run(({ assert }, claims) => {
      const payload = Buffer.from(claims).toString('base64url')
      assert.equal(lifeOf(`eyJhbGciOiJub25lIn0.${payload}.`, undefined), MINUTE)
    })
})

test.group('Token lifetime | its instants', () => {
  test('a token of {life} ms is due {margin} ms before its end')
    .with([
      { life: DAY, margin: 10 * MINUTE },
      { life: HOUR, margin: 10 * MINUTE },
      { life: 20 * MINUTE, margin: 10 * MINUTE },
      { life: 19 * MINUTE, margin: 9.5 * MINUTE },
      { life: MINUTE, margin: 30 * SECOND },
      { life: SECOND, margin: SECOND / 2 },
    ])
    .run(({ assert }, { life, margin }) => {
      const { refreshAt, expiresAt } = lifetime(START, life, TEN_MINUTES)
      assert.equal(expiresAt, START + life)
      assert.equal(expiresAt - refreshAt, margin)
    })

  test('the margin is lengthened by up to a tenth of itself', ({ assert }) => {
    const margin = (random: () => number) =>
      START + HOUR - lifetime(START, HOUR, { threshold: 10 * MINUTE, random }).refreshAt

    assert.equal(
      margin(() => 0),
      10 * MINUTE
    )
    assert.equal(
      margin(() => 0.5),
      10.5 * MINUTE
    )
    assert.equal(
      margin(() => 1),
      11 * MINUTE
    )
  })

  test('it is not sent in the last {last} ms of {life} ms')
    .with([
      { life: DAY, last: 2 * SECOND },
      { life: 20 * SECOND, last: 2 * SECOND },
      { life: 10 * SECOND, last: SECOND },
      { life: SECOND, last: 100 },
    ])
    .run(({ assert }, { life, last }) => {
      assert.equal(usableUntil(START, START + life), START + life - last)
      assert.equal(lifetime(START, life, TEN_MINUTES).usableUntil, START + life - last)
    })

  test('whatever the server says, the instants come in order and leave room for use', ({
    assert,
  }) => {
    const seed = Date.now()
    const random = seededRandom(seed)

    for (let round = 0; round < 2_000; round++) {
      const life = lifeOf('opaque', Math.floor(10 ** (random() * 7) - 1))
      const threshold = MINUTE * Math.ceil(random() * 720)
      const {
        refreshAt,
        usableUntil: last,
        expiresAt,
      } = lifetime(START, life, {
        threshold,
        random,
      })

      const told = `seed ${seed}: a life of ${life} ms, a threshold of ${threshold} ms`
      assert.isAtLeast(refreshAt, START + life * 0.45 - 1, told)
      assert.isBelow(refreshAt, last, told)
      assert.isBelow(last, expiresAt, told)
    }
  })
})

test.group('Token lifetime | the same token again', () => {
  const first = lifetime(START, HOUR, TEN_MINUTES)

  test('with less life: the shorter end counts, and it is due just before it', ({ assert }) => {
    const now = START + 50 * MINUTE
    const again = lifetime(now, 5 * MINUTE, TEN_MINUTES)
    const rest = again.usableUntil - now

    const kept = lifetimeOfSameToken(again, first, now)
    assert.deepEqual(kept, { ...again, refreshAt: again.usableUntil - rest / 10 })
  })

  test('with more life: the end that is known already counts', ({ assert }) => {
    const now = START + 30 * MINUTE
    const again = lifetime(now, HOUR, TEN_MINUTES)

    const kept = lifetimeOfSameToken(again, first, now)
    assert.deepEqual(kept, { ...first, refreshAt: first.usableUntil - 30_000 })
  })

  test('in its last seconds it is not asked for again until its end', ({ assert }) => {
    const now = first.usableUntil - 9_999
    const again = lifetime(now, 10_000, TEN_MINUTES)

    const kept = lifetimeOfSameToken(again, first, now)
    assert.equal(kept.refreshAt, kept.usableUntil)
  })
})

function jwt(claims: Record<string, number>): string {
  return new UnsecuredJWT(claims).encode()
}
