import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { test } from '@japa/runner'
import { commandDatabase } from '#tests/helpers/command_database'
import { commands } from '#tests/helpers/commands'

const EVENTS = 'SELECT event_type AS type, reason_code AS reason FROM audit_events ORDER BY seq'

/** What the sandbox issues. */
const JWT = /eyJ[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}/

test.group('token: commands', (group) => {
  group.tap((one) => one.timeout(120_000))

  test('show, renew and clear the stored token', async (context) => {
    const { assert } = context
    const { run, rows, tokenRequests } = await commands(context)

    const empty = await run('token:status')
    assert.equal(empty.exitCode, 0)
    assert.containSubset(empty.document.data, [
      { provider: 'orange', tenant: null, state: 'absent', store: 'database', pause: null },
    ])

    const refreshed = await run('token:refresh', '--reason=a test')
    assert.equal(refreshed.exitCode, 0, refreshed.stderr)
    assert.equal(refreshed.document.data.tokenInfo.state, 'fresh')
    assert.equal(tokenRequests(), 1)
    const [shown] = (await run('token:status', '--provider=orange')).document.data
    assert.equal(shown.state, 'fresh')
    assert.equal(shown.expiresAt, refreshed.document.data.tokenInfo.expiresAt)

    assert.equal((await run('token:clear', '--reason=a test')).exitCode, 0)
    const [cleared] = (await run('token:status')).document.data
    assert.equal(cleared.state, 'absent')
    assert.deepEqual(
      rows(EVENTS).map(({ type }) => type),
      [
        'auth.token.refresh_requested',
        'auth.token.requested',
        'auth.token.generated',
        'auth.token.force_refreshed',
        'auth.token.cleared',
      ]
    )
  })

  test('exit with 1 when the provider refuses, and show it as unhealthy', async (context) => {
    const { assert } = context
    const { run, runWith } = await commands(context)

    const wrong = { ORANGE_CLIENT_SECRET: 'not-the-secret-of-anybody' }
    const refused = await runWith(wrong, 'token:refresh', '--reason=a test')
    assert.equal(refused.exitCode, 1)
    assert.equal(refused.document.error.code, 'token_request_failed')
    assert.notInclude(refused.stdout + refused.stderr, wrong.ORANGE_CLIENT_SECRET)

    const { exitCode, document } = await run('token:status')
    assert.equal(exitCode, 1)
    assert.equal(document.data[0].status, 'unhealthy')
    assert.equal(document.data[0].lastFailure.reason, 'invalid_client')
  })

  test('exit with 2 without a reason, for an unknown provider, and where tokens are in memory', async (context) => {
    const { assert } = context
    const { run, runWith } = await commands(context)

    for (const words of [['token:refresh'], ['token:clear', '--reason=a']]) {
      const { exitCode, document } = await run(...words)
      assert.equal(exitCode, 2, words.join(' '))
      assert.equal(document.error.code, 'wrong_use')
    }
    for (const words of [['token:status'], ['token:backup', 'some-file'], ['token:rotate-keys']]) {
      const { exitCode, document } = await runWith({ OAUTH_TOKEN_STORE: 'memory' }, ...words)
      assert.equal(exitCode, 2, words.join(' '))
      assert.match(document.error.messages[0], /memory of each process/)
    }
    const unknown = await run('token:status', '--provider=nobody')
    assert.equal(unknown.exitCode, 2)
    assert.equal(unknown.document.error.code, 'unknown_provider')
  })

  test('take tokens out, sealed, and bring them back unless they were cleared', async (context) => {
    const { assert } = context
    const { run, file } = await commands(context)
    const path = file('backup')
    await run('token:refresh', '--reason=a test')

    const written = await run('token:backup', path)
    assert.deepEqual(written.document.data, {
      'file': path,
      'tokens': 1,
      'credentials of tenants': 0,
      'refresh tokens': 0,
    })
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.equal((await run('token:backup', path)).exitCode, 1)
    const text = await readFile(path, 'utf8')
    assert.notMatch(text, JWT)

    const same = await run('token:restore', path)
    assert.containsSubset(same.document.data, { restored: 0, superseded: 1, unreadable: 0 })
    await run('token:clear', '--reason=a test')
    const cleared = await run('token:restore', path)
    assert.containsSubset(cleared.document.data, { restored: 0, superseded: 1, unreadable: 0 })
  })

  test('bring tokens into an empty store, but not what was changed or is no backup', async (context) => {
    const { assert } = context
    const { run, runWith, file } = await commands(context)
    const path = file('backup')
    await run('token:refresh', '--reason=a test')
    await run('token:backup', path)

    const other = await commandDatabase()
    context.cleanup(() => other.remove())
    const restored = await runWith(other.env, 'token:restore', path)
    assert.equal(restored.document.data.restored, 1)
    assert.equal((await runWith(other.env, 'token:status')).document.data[0].state, 'fresh')

    const third = await commandDatabase()
    context.cleanup(() => third.remove())
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace(/"key":"../, '"key":"00'))
    const moved = await runWith(third.env, 'token:restore', path)
    assert.equal(moved.exitCode, 1)
    assert.equal(moved.document.data.unreadable, 1)

    await writeFile(path, 'no backup\n')
    assert.equal((await run('token:restore', path)).document.error.code, 'backup_refused')
  })
})

test.group('tenant: commands', (group) => {
  group.tap((one) => one.timeout(120_000))

  test('switch a tenant off and on, and say where it cannot have credentials', async (context) => {
    const { assert } = context
    const { run, rows } = await commands(context)

    const off = await run('tenant:disable', 'acme', '--reason=a leak')
    assert.deepEqual(off.document.data, { tenant: 'acme', enabled: false })
    assert.lengthOf(rows("SELECT 1 FROM oauth_pauses WHERE pause LIKE '%tenant_disabled%'"), 1)
    const on = await run('tenant:enable', 'acme', '--reason=all is well')
    assert.equal(on.exitCode, 0)
    assert.isEmpty(rows("SELECT 1 FROM oauth_pauses WHERE pause LIKE '%tenant_disabled%'"))
    assert.deepEqual(
      rows(EVENTS).map(({ type }) => type),
      ['auth.tenant.disabled', 'auth.tenant.enabled']
    )

    for (const words of [
      ['tenant:disable', 'acme'],
      ['tenant:disable', 'a b', '--reason=a leak'],
      ['tenant:credentials', 'acme', '--reason=a test', '--client-id=id'],
      ['tenant:credentials', 'acme', '--reason=a test', '--client-id=id', '--username=ada'],
      ['tenant:credentials', 'acme', '--reason=a test', '--token', '--expires-at=soon'],
    ]) {
      const { exitCode } = await run(...words)
      assert.equal(exitCode, 2, words.join(' '))
    }
  })
})

const [OLD, NEW] = ['2026a', '2026b'].map((name) => `${name}:${randomBytes(32).toString('base64')}`)

test.group('token:rotate-keys', (group) => {
  group.tap((one) => one.timeout(120_000))

  test('seals what an older key holds, and says what no key opens', async (context) => {
    const { assert } = context
    const { runWith, tokenRequests } = await commands(context)
    const before = { TOKEN_ENCRYPTION_KEYS: OLD }
    await runWith(before, 'token:refresh', '--reason=a test')

    const without = await runWith({ TOKEN_ENCRYPTION_KEYS: NEW }, 'token:rotate-keys')
    assert.equal(without.exitCode, 1)
    assert.equal(without.document.data.unreadable, 1)

    const both = { TOKEN_ENCRYPTION_KEYS: `${NEW},${OLD}` }
    const rotated = await runWith(both, 'token:rotate-keys')
    assert.deepEqual(rotated.document.data, {
      resealed: 1,
      current: 0,
      unreadable: 0,
      discarded: 0,
    })
    const [token] = (await runWith({ TOKEN_ENCRYPTION_KEYS: NEW }, 'token:status')).document.data
    assert.equal(token.state, 'fresh')
    assert.equal(tokenRequests(), 1)
  })

  test('takes away what no key opens, when it is told to', async (context) => {
    const { assert } = context
    const { runWith } = await commands(context)
    await runWith({ TOKEN_ENCRYPTION_KEYS: OLD }, 'token:refresh', '--reason=a test')

    const keys = { TOKEN_ENCRYPTION_KEYS: NEW }
    const { exitCode, document } = await runWith(keys, 'token:rotate-keys', '--discard-unreadable')
    assert.equal(exitCode, 0)
    assert.equal(document.data.discarded, 1)
    assert.equal((await runWith(keys, 'token:status')).document.data[0].state, 'absent')
  })
})
