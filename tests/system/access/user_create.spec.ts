import { userInfo } from 'node:os'
import { test } from '@japa/runner'
import hash from '@adonisjs/core/services/hash'
import { ace, type AceResult } from '#tests/helpers/ace_process'
import { commandDatabase } from '#tests/helpers/command_database'

const PASSWORD = 'correct horse battery staple'

/** The one document on stdout; anything else there is a failure. */
function documentOf({ stdout }: AceResult) {
  return JSON.parse(stdout) as {
    data: Record<string, unknown>
    error: { code: string; messages: string[] }
  }
}

test.group('node ace user:create', (group) => {
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

  test('user:create with a password adds a user and its event', async ({ assert }) => {
    const args = ['user:create', 'Ada@Example.test', '--role=admin', '--password-stdin', '--json']
    const result = await run(args, `${PASSWORD}\n`)

    assert.equal(result.exitCode, 0, result.stderr)
    const { data } = documentOf(result)
    assert.deepEqual(data, { id: data.id, email: 'ada@example.test', role: 'admin' })

    const [row] = database.rows(`select * from users where email = 'ada@example.test'`)
    assert.isTrue(await hash.verify(String(row.password), PASSWORD))
    assert.containSubset(eventsOf('access.user.created'), [
      { actorType: 'system', actorId: `os:${userInfo().username}`, outcome: 'success' },
    ])
    assert.notInclude(JSON.stringify(eventsOf('access.user.created')), PASSWORD)
  })

  test('user:create without a password makes one and shows it once', async ({ assert }) => {
    const result = await run(['user:create', 'bob@example.test', '--role=sender', '--json'])

    assert.equal(result.exitCode, 0, result.stderr)
    const { password } = documentOf(result).data
    assert.match(String(password), /^[\w-]{24}$/)

    const [row] = database.rows(`select * from users where email = 'bob@example.test'`)
    assert.isTrue(await hash.verify(String(row.password), String(password)))
  })

  test('user:create for people says the same in sentences', async ({ assert }) => {
    const { exitCode, stdout } = await run(['user:create', 'rev@example.test', '--role=reviewer'])

    assert.equal(exitCode, 0)
    assert.match(stdout, /^Created reviewer rev@example\.test with id \d+\./)
    assert.match(stdout, /This password is shown once:\n[\w-]{24}\n$/)
  })

  test('user:create answers no when the address is taken', async ({ assert }) => {
    await run(['user:create', 'twice@example.test', '--role=sender', '--json'])
    const before = counts()

    const result = await run(['user:create', 'TWICE@example.test', '--role=admin', '--json'])

    assert.equal(result.exitCode, 1)
    assert.equal(documentOf(result).error.code, 'email_taken')
    assert.match(result.stderr, /already/)
    assert.deepEqual(counts(), before)
  })

  test('user:create as it should not be used writes nothing and exits 2')
    .with([
      { args: ['not-an-address', '--role=sender'], says: /not an e-mail address/ },
      { args: ['eve@example.test', '--role=root'], says: /admin, reviewer, sender/ },
      { args: ['eve@example.test', '--role=constructor'], says: /admin, reviewer, sender/ },
      { args: ['eve@example.test'], says: /Missing required option "role"/ },
      { args: ['--role=sender'], says: /Missing required argument "email"/ },
      { args: ['eve@example.test', '--role=sender', '--disabled-at=x'], says: /Unknown flag/ },
      { args: ['eve@example.test', '--role=sender', '--id=1'], says: /Unknown flag "--id"/ },
      {
        args: ['eve@example.test', '--role=sender', '--password-stdin'],
        says: /no password on standard input/,
      },
      {
        args: ['eve@example.test', '--role=sender', '--password-stdin'],
        input: 'short\n',
        says: /at least 12 characters/,
      },
    ])
    .run(async ({ assert }, { args, input, says }) => {
      const before = counts()
      const result = await run(['user:create', ...args], input)

      assert.equal(result.exitCode, 2, result.stderr)
      assert.match(result.stderr, says)
      assert.equal(result.stdout, '')
      assert.deepEqual(counts(), before)
    })

  test('a database that was never migrated is a no without its text', async ({ assert }) => {
    const env = { ...database.env, SQLITE_PATH: ':memory:' }
    const result = await ace(['user:create', 'zoe@example.test', '--role=sender', '--json'], {
      env,
    })

    assert.equal(result.exitCode, 1)
    assert.equal(documentOf(result).error.code, 'access_unavailable')
    assert.notInclude(result.stderr, 'insert into')
    assert.notInclude(result.stderr, 'zoe@example.test')
  })
})
