import { test } from '@japa/runner'
import { assertFailedTokenRequest, assertRecovery } from '#tests/helpers/failed_token_request'
import { assertKeepsSecrets } from '#tests/helpers/kept_secrets'
import { CANARY, startTokenTrial, type TokenTrial } from '#tests/helpers/token_trial'
import { eventually } from '#tests/helpers/eventually'

const DAY = 24 * 60 * 60

/** The JSON text of `expires_in`, and for how many seconds the token is then kept. */
const UNDERSTOOD: Record<string, number> = {
  '3600': 3600,
  '"3600"': 3600,
  '1': 1,
  '0': 1,
  '"0"': 1,
  '3600.0': 3600,
  '3.6e3': 3600,
  '86401': DAY,
  '1e12': DAY,
  '9007199254740992': DAY,
  '"999999999999999"': DAY,
}

const REFUSED = [
  '-1',
  '-3600',
  '3599.9',
  '1e400',
  'null',
  'true',
  '{}',
  '[3600]',
  '""',
  '"-1"',
  '"3600abc"',
  '" 3600"',
  '"3,600"',
  '"0x10"',
  '"1e3"',
  '"NaN"',
  '"9999999999999999"',
]

test.group('T15 | an expires_in that can be understood', () => {
  test('{$self}')
    .with(Object.keys(UNDERSTOOD))
    .run(async (context, expiresIn) => {
      const { assert } = context
      const trial = await startTokenTrial(context)
      answerWith(trial, { expiresIn })

      const health = await trial.health('?probe=true')
      assert.equal(health.status, 200)
      assert.equal(lifeIn(health.body), UNDERSTOOD[expiresIn])
      assert.lengthOf(trial.tokenRequests(), 1)
      assertKeepsSecrets(assert, trial, { answers: [health] })
    })
})

test.group('T15 | an expires_in that cannot be understood', () => {
  test('{$self}')
    .with(REFUSED)
    .run(async (context, expiresIn) => {
      const { assert } = context
      const trial = await startTokenTrial(context)

      await assertFailedTokenRequest(assert, trial, {
        misbehave: () => answerWith(trial, { expiresIn }),
        expected: { reason: 'rejected_response' },
      })
      await assertRecovery(assert, trial)
    })
})

test.group('T15 | lives that are hardly any', () => {
  test('an idle gateway does not keep such a token warm', async (context) => {
    const { assert } = context
    const sandbox = { tokenLifeSeconds: 1 }
    const trial = await startTokenTrial(context, { random: () => 0, sandbox })
    await trial.health('?probe=true')

    await trial.clock.advance(60_000)
    await trial.tokens.settled()

    assert.lengthOf(trial.tokenRequests(), 1)
    assert.equal((await trial.send()).status, 201)
    assert.lengthOf(trial.tokenRequests(), 2)
  })

  test('a hundred callers at once do not ask more', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context, { sandbox: { tokenLifeSeconds: 1 } })

    const answers = await Promise.all(Array.from({ length: 100 }, () => trial.send()))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
    assert.lengthOf(trial.tokenRequests(), 1)
    assert.lengthOf(trial.sandbox.messages, 100)
  })
})

test.group('T14 | nobody says how long the token lives', () => {
  test('a minute is assumed', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    answerWith(trial, {})

    const health = await trial.health('?probe=true')
    assert.equal(lifeIn(health.body), 60)
    assert.isNotNull(trial.recorder.events.at(-1)?.token?.expiresAt)
    assertKeepsSecrets(assert, trial, { answers: [health] })
  })

  test('unless the token itself says it', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    answerWith(trial, { accessToken: jwt({ iat: 5_000, exp: 5_900 }) })

    assert.equal(lifeIn(await trial.healthBody('?probe=true')), 900)
  })

  test('what the token says is held to a day, and to sense', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    const lives = []

    for (const claims of [{ iat: 0, exp: 10 * DAY }, { iat: 9, exp: 8 }, { exp: 10 * DAY }]) {
      await trial.clear()
      answerWith(trial, { accessToken: jwt(claims) })
      lives.push(lifeIn(await trial.healthBody('?probe=true')))
    }
    assert.deepEqual(lives, [DAY, 60, 60])
  })
})

test.group('T17 | a server that hands out the same token again', () => {
  test('it is kept for its shorter life, and not asked for in a loop', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context, { sandbox: { reuseTokens: true } })
    await trial.send()
    const { expiresAt } = tokenInfoOf(await trial.healthBody())

    await trial.clock.advance(49 * 60_000)
    await eventually(() => trial.tokenRequests().length === 2, 'the renewal')
    await trial.tokens.settled()
    const again = tokenInfoOf(await trial.healthBody())
    assert.isAtMost(Date.parse(again.expiresAt), Date.parse(expiresAt))

    for (let minute = 0; minute < 10; minute++) {
      await trial.clock.advance(60_000)
      assert.equal(await trial.sendStatus(), 201)
    }
    assert.lengthOf(trial.tokenRequests(), 2)
  })

  test('at its end a new one is asked for within a few tries', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context, { sandbox: { reuseTokens: true } })
    await trial.send()

    for (let second = 0; second < 3_600; second++) {
      await trial.clock.advance(1_000)
      await trial.tokens.settled()
    }
    const before = trial.tokenRequests().length
    assert.isAtMost(before, 6)

    assert.equal(await trial.sendStatus(), 201)
    assert.isAtMost(trial.tokenRequests().length, before + 1)
    assert.isEmpty(trial.smsRequests().filter(({ status }) => status === 401))
  })
})

interface ScriptedToken {
  /** The JSON text of it; absent: no such member. */
  expiresIn?: string
  accessToken?: string
}

function answerWith(
  { sandbox }: TokenTrial,
  { expiresIn, accessToken = CANARY }: ScriptedToken
): void {
  const life = expiresIn === undefined ? '' : `,"expires_in":${expiresIn}`
  const body = `{"access_token":"${accessToken}","token_type":"Bearer"${life}}`
  sandbox.fault({ on: 'token', kind: 'answer', body })
}

function tokenInfoOf(health: Record<string, unknown>) {
  const { tokenInfo } = health.details as { tokenInfo: { issuedAt: string; expiresAt: string } }
  return tokenInfo
}

/** In seconds. */
function lifeIn(health: Record<string, unknown>): number {
  const { issuedAt, expiresAt } = tokenInfoOf(health)
  return (Date.parse(expiresAt) - Date.parse(issuedAt)) / 1000
}

function jwt(claims: { iat?: number; exp: number }): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.${CANARY}`
}
