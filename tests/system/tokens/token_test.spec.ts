import { userInfo } from 'node:os'
import { test } from '@japa/runner'
import { commands } from '#tests/helpers/commands'

const EVENTS = 'SELECT event_type AS type, actor_id AS actor FROM audit_events ORDER BY seq'

test.group('token:test', (group) => {
  group.tap((one) => one.timeout(120_000))

  test('asks once whatever is stored, shows what came, and keeps it', async (context) => {
    const { assert } = context
    const { run, say, rows, tokenRequests } = await commands(context)

    const first = await run('token:test')
    assert.equal(first.exitCode, 0, first.stderr)
    assert.containsSubset(first.document.data, {
      provider: 'orange',
      tenant: null,
      outcome: 'success',
      failure: null,
      tokenInfo: { isValid: true, state: 'fresh' },
    })
    assert.isAbove(first.document.data.lifeSeconds, 60)
    assert.isAtLeast(first.document.data.durationMs, 0)

    const second = await say('token:test', '--provider=orange')
    assert.equal(second.exitCode, 0, second.stderr)
    assert.match(second.stdout, /orange gave a token within \d+ ms: fresh, scope .+, for \d+ s\./)
    assert.equal(tokenRequests(), 2)
    assert.notMatch(first.stdout + second.stdout, /eyJ/)

    const [status] = (await run('token:status')).document.data
    assert.equal(status.state, 'fresh')
    assert.include(second.stdout, status.expiresAt)
    const each = [
      'auth.token.refresh_requested',
      'auth.token.requested',
      'auth.token.generated',
      'auth.token.force_refreshed',
    ]
    const actor = `os:${userInfo().username}`
    assert.deepEqual(
      rows(EVENTS),
      [...each, ...each.with(2, 'auth.token.refreshed')].map((type) => ({ type, actor }))
    )
  })

  test('exits with 1 when it is refused: why, and what to do; the token from before stays', async (context) => {
    const { assert } = context
    const { run, runWith } = await commands(context)
    const before = await run('token:test')
    const wrong = { ORANGE_CLIENT_SECRET: 'not-the-secret-of-anybody' }

    const { exitCode, document, stdout, stderr } = await runWith(wrong, 'token:test')
    assert.equal(exitCode, 1)
    assert.containsSubset(document.data, {
      outcome: 'failure',
      lifeSeconds: null,
      tokenInfo: before.document.data.tokenInfo,
      failure: { verdict: 'terminal', reason: 'invalid_client', httpStatus: 401 },
    })
    assert.match(document.data.failure.advice, /client id and secret/)
    assert.notInclude(stdout + stderr, wrong.ORANGE_CLIENT_SECRET)
  })

  test('says where it is of no use, and exits with 2', async (context) => {
    const { assert } = context
    const { run, runWith, tokenRequests } = await commands(context)

    const memory = await runWith({ OAUTH_TOKEN_STORE: 'memory' }, 'token:test')
    assert.equal(memory.exitCode, 2)
    assert.match(memory.document.error.messages[0], /memory of each process/)

    const unknown = await run('token:test', '--provider=nobody')
    assert.equal(unknown.exitCode, 2)
    assert.equal(unknown.document.error.code, 'unknown_provider')

    const tenant = await run('token:test', '--tenant=acme')
    assert.equal(tenant.exitCode, 1)
    assert.equal(tenant.document.error.code, 'unknown_tenant')
    assert.equal(tokenRequests(), 0)
  })
})
