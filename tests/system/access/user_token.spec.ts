import { userInfo } from 'node:os'
import { test } from '@japa/runner'
import { ace, type AceResult } from '#tests/helpers/ace_process'
import { commandDatabase } from '#tests/helpers/command_database'

/** The one document on stdout; anything else there is a failure. */
function documentOf({ stdout }: AceResult) {
  return JSON.parse(stdout) as {
    data: Record<string, unknown>
    error: { code: string; messages: string[] }
  }
}

test.group('node ace user:token', (group) => {
  let database: Awaited<ReturnType<typeof commandDatabase>>

  group.setup(async () => {
    database = await commandDatabase()
    return () => database.remove()
  })

  const run = (args: string[], input?: string) => ace(args, { env: database.env, input })

  const eventsOf = (type: string) =>
    database
      .rows('select body from audit_events order by seq')
      .map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>)
      .filter(({ eventType }) => eventType === type)

  const counts = () => ({
    users: database.rows('select id from users').length,
    tokens: database.rows('select id from auth_access_tokens').length,
    events: database.rows('select seq from audit_events').length,
  })

  test('user:token issues a token with its event', async ({ assert }) => {
    await run(['user:create', 'app@example.test', '--role=sender', '--json'])
    const args = ['user:token', 'APP@example.test', '--name=billing', '--expires=30d', '--json']

    const result = await run(args)

    assert.equal(result.exitCode, 0, result.stderr)
    const { token, abilities, expiresAt } = documentOf(result).data
    assert.match(String(token), /^oat_/)
    assert.deepEqual(abilities, ['sms:send', 'sms:read'])
    const days = (Date.parse(String(expiresAt)) - Date.now()) / 86_400_000
    assert.closeTo(days, 30, 0.01)

    const events = eventsOf('access.token.issued')
    assert.containSubset(events, [{ actorId: `os:${userInfo().username}` }])
    assert.notInclude(JSON.stringify(events), String(token))
  })

  test('user:token gives by name what no role has', async ({ assert }) => {
    await run(['user:create', 'machine@example.test', '--role=sender', '--json'])
    const abilities = '--abilities=sms:send, token:read'

    const result = await run(['user:token', 'machine@example.test', abilities, '--json'])

    assert.deepEqual(documentOf(result).data.abilities, ['sms:send', 'token:read'])
  })

  test('user:token answers no to strangers and beyond the role', async ({ assert }) => {
    await run(['user:create', 'plain@example.test', '--role=sender', '--json'])
    const before = counts()

    const stranger = await run(['user:token', 'nobody@example.test', '--json'])
    const beyond = await run(['user:token', 'plain@example.test', '--abilities=audit:read'])

    assert.deepEqual([stranger.exitCode, beyond.exitCode], [1, 1])
    assert.equal(documentOf(stranger).error.code, 'user_unknown')
    assert.match(beyond.stderr, /sender cannot be given: audit:read/)
    assert.equal(beyond.stdout, '')
    assert.deepEqual(counts(), before)
  })

  test('user:token as it should not be used writes nothing and exits 2')
    .with([
      { args: [], says: /Missing required argument "email"/ },
      { args: ['nobody'], says: /not an e-mail address/ },
      { args: ['app@example.test', '--expires=soon'], says: /must be a number and a unit/ },
      { args: ['app@example.test', '--expires=0d'], says: /must be a number and a unit/ },
      { args: ['app@example.test', '--expires=9999d'], says: /at most two years/ },
      { args: ['app@example.test', '--abilities=root'], says: /Abilities are: sms:send/ },
      { args: ['app@example.test', '--abilities=*'], says: /Abilities are: sms:send/ },
      { args: ['app@example.test', '--abilities='], says: /Missing value for option/ },
      { args: ['app@example.test', '--role=admin'], says: /Unknown flag "--role"/ },
    ])
    .run(async ({ assert }, { args, says }) => {
      const before = counts()
      const result = await run(['user:token', ...args])

      assert.equal(result.exitCode, 2, result.stderr)
      assert.match(result.stderr, says)
      assert.equal(result.stdout, '')
      assert.deepEqual(counts(), before)
    })
})
