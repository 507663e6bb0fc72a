import { test } from '@japa/runner'
import { Client } from 'pg'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { MIGRATIONS, NOTED, WAITING, allEnded, migrating } from '#tests/helpers/migrating'
import { findPostgres, postgresDatabase } from '#tests/helpers/postgres_database'

const server = await findPostgres('migrations of PostgreSQL by several processes')

async function postgres(context: Parameters<typeof postgresDatabase>[0]) {
  const folder = await temporaryFolder(context)
  const { url, query } = await postgresDatabase(context, server!)

  return {
    variables: { DB_CONNECTION: 'postgres', DATABASE_URL: url.href, ENV_PATH: folder.path },
    url,
    noted: async () => (await query(NOTED)).map(({ name }) => name),
  }
}

test.group('Boot | Migrations on PostgreSQL', (group) => {
  group.tap((each) => each.skip(!server, 'no PostgreSQL'))

  test('four processes at once: one migrates, the others wait for it', async (context) => {
    const { variables, noted } = await postgres(context)
    const processes = [1, 2, 3, 4].map(() => migrating(variables, '--force'))

    const { exitCodes, output } = await allEnded(processes)
    context.assert.deepEqual(exitCodes, [0, 0, 0, 0], output)
    context.assert.deepEqual(await noted(), MIGRATIONS)
    context.assert.lengthOf(output.match(/Migrated in/g)!, 1)
    context.assert.lengthOf(output.match(/Already up to date/g)!, 3)
  })

  test('one that was killed half-way: one that waited goes on', async ({ assert, ...context }) => {
    const { variables, url, noted } = await postgres(context)

    // Whoever creates this table as well has to wait for the end of this transaction.
    const obstacle = new Client({ connectionString: url.href })
    await obstacle.connect()
    context.cleanup(() => obstacle.end())
    await obstacle.query('BEGIN')
    await obstacle.query('CREATE TABLE users (id int)')

    const first = migrating(variables, '--force')
    await first.printed(/create_users_table/)
    const second = migrating(variables, '--force')
    await second.printed(WAITING)
    await first.kill()
    await obstacle.query('ROLLBACK')

    const { exitCodes, output } = await allEnded([second])
    assert.deepEqual(exitCodes, [0], output)
    assert.deepEqual(await noted(), MIGRATIONS)
  })

  test('a database that does not answer: exit 1, and not a word of its address', async ({
    assert,
    ...context
  }) => {
    const folder = await temporaryFolder(context)
    const { exitCodes, output } = await allEnded([
      migrating(
        {
          DB_CONNECTION: 'postgres',
          DATABASE_URL: 'postgres://canary:canary@127.0.0.1:1/gateway',
          ENV_PATH: folder.path,
        },
        '--force'
      ),
    ])

    assert.deepEqual(exitCodes, [1])
    assert.include(output, 'Nothing was migrated: the database cannot be locked (ECONNREFUSED)')
    assert.notInclude(output, 'canary')
  })
})
