import { test } from '@japa/runner'
import { ACCOUNT, startLoginApi, type LoginApiOptions } from '#tests/helpers/doubles/login_api'
import { commands } from '#tests/helpers/commands'
import type { TestContext } from '@japa/runner/core'

const EVENTS = `SELECT event_type AS type, outcome, target_id AS host, reason_code AS reason
  FROM audit_events ORDER BY seq`

async function setUp(context: TestContext, options?: LoginApiOptions) {
  const api = await startLoginApi(context, options)
  const shell = await commands(context)
  const words = (url: string) => ['token:probe', url, `--username=${ACCOUNT.name}`]
  const { password } = ACCOUNT
  const { host } = new URL(api.url)

  return {
    ...shell,
    api,
    host,
    probe: (url = api.url, input = password) =>
      shell.feed(input, ...words(url), '--password-stdin', '--json'),
    probeForPeople: () => shell.feed(`${password}\n`, ...words(api.url), '--password-stdin'),
  }
}

test.group('token:probe', (group) => {
  group.tap((one) => one.timeout(120_000))

  test('prints the entry that works, and neither name nor password', async (context) => {
    const { assert } = context
    const { api, host, probe, probeForPeople, rows } = await setUp(context)

    const { exitCode, stdout, stderr } = await probe()
    assert.equal(exitCode, 0, stderr)
    const { data } = JSON.parse(stdout)
    assert.containsSubset(data, {
      found: true,
      url: `${api.url}/auth/login`,
      format: 'json',
      fields: { username: 'email', password: 'password' },
      answerFormat: { tokenPaths: ['token'], tokenType: 'assumed' },
      attempts: 1,
    })

    const people = await probeForPeople()
    assert.equal(people.exitCode, 0, people.stderr)
    assert.include(people.stdout, data.entry)
    assert.include(people.stdout, `url: '${api.url}/auth/login'`)
    for (const secret of ['canary', 'ada@', api.token]) {
      assert.notInclude(stdout + stderr + people.stdout + people.stderr, secret)
    }

    const asked = { type: 'auth.login.probe_requested', outcome: 'unknown', host, reason: null }
    const found = { type: 'auth.login.probed', outcome: 'success', host, reason: 'found' }
    assert.deepEqual(rows(EVENTS), [asked, found, asked, found])
    assert.isEmpty(
      rows("SELECT 1 FROM audit_events WHERE body LIKE '%canary%' OR body LIKE '%ada@%'")
    )
  })

  test('works where tokens are in memory: it keeps none', async (context) => {
    const { api, feedWith } = await setUp(context)
    const words = ['token:probe', api.url, `--username=${ACCOUNT.name}`, '--password-stdin']
    const { exitCode } = await feedWith({ OAUTH_TOKEN_STORE: 'memory' }, ACCOUNT.password, ...words)
    context.assert.equal(exitCode, 0)
  })

  test('exits with 1 when nothing works, and says what each path answered', async (context) => {
    const { assert } = context
    const { probe, rows } = await setUp(context, { path: '/login' })

    const { exitCode, stdout } = await probe(undefined, 'wrong-canary')
    assert.equal(exitCode, 1)
    const { data } = JSON.parse(stdout)
    assert.containsSubset(data, { found: false, stopped: null, attempts: 1 })
    assert.deepInclude(data.answers, { path: '/login', answers: ['422', '401'] })
    assert.deepInclude(data.answers, { path: '/auth/login', answers: ['404'] })
    assert.containsSubset(rows(EVENTS).at(-1), { outcome: 'failure', reason: 'not_found' })
  })

  test('exits with 2 when it cannot mean what was typed, and asks nobody', async (context) => {
    const { assert } = context
    const { api, feed, rows } = await setUp(context)
    const { host } = new URL(api.url)
    const who = `--username=${ACCOUNT.name}`

    for (const words of [
      [who, '--password-stdin'],
      ['api.example.test', who, '--password-stdin'],
      ['http://api.example.test', who, '--password-stdin'],
      ['ftp://127.0.0.1/login', who, '--password-stdin'],
      [`http://ada:canary@${host}`, who, '--password-stdin'],
      [api.url, '--password-stdin'],
      [api.url, who],
    ]) {
      const { exitCode, stdout, stderr } = await feed(
        ACCOUNT.password,
        'token:probe',
        ...words,
        '--json'
      )
      assert.equal(exitCode, 2, words.join(' '))
      assert.equal(JSON.parse(stdout).error.code, 'wrong_use')
      assert.notInclude(stdout + stderr, 'canary')
    }
    const empty = await feed('', 'token:probe', api.url, who, '--password-stdin', '--json')
    assert.equal(empty.exitCode, 2)
    assert.isEmpty(api.requests)
    assert.isEmpty(rows(EVENTS))
  })

  test('takes no password on the command line', async (context) => {
    const { assert } = context
    const { api, feed } = await setUp(context)
    const who = `--username=${ACCOUNT.name}`
    const { exitCode, stdout, stderr } = await feed(
      '',
      'token:probe',
      api.url,
      who,
      '--password=canary'
    )
    assert.notEqual(exitCode, 0)
    assert.notInclude(stdout + stderr, 'canary')
    assert.isEmpty(api.requests)
  })
})
