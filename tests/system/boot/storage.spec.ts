import { test } from '@japa/runner'
import Database from 'better-sqlite3'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { LISTENING, launchGateway } from '#tests/helpers/gateway_process'
import { startNode } from '#tests/helpers/boot/node_process'
import { production, secretsOf, type Variables } from '#tests/helpers/boot/production'
import { findPostgresPrograms, postgresCluster } from '#tests/helpers/postgres_cluster'

const programs = findPostgresPrograms('boots on a PostgreSQL server of the test’s own')

async function migrate(variables: Variables, dotEnv: string): Promise<void> {
  const migration = startNode(['ace.js', 'migration:run', '--force'], variables, { dotEnv })
  if ((await migration.ended) !== 0) throw new Error(migration.output())
}

test.group('Boot | A database that is refused', () => {
  test('D12 | that a newer version migrated, or that is half migrated', async (context) => {
    const { assert } = context
    const folder = await temporaryFolder(context)
    const path = folder.file('gateway.sqlite3')
    const variables = { ...production(), SQLITE_PATH: path }
    await migrate(variables, folder.path)

    const database = new Database(path)
    context.cleanup(() => void database.close())
    const add = database.prepare(`insert into adonis_schema (name, batch) values (?, 9)`)
    add.run('database/migrations/2999_of_the_future')
    const newer = await launchGateway(variables, { dotEnv: folder.path })
    assert.equal(await newer.ended, 1)

    database.exec(`delete from adonis_schema where name like '%future'`)
    database.exec(`delete from adonis_schema where id = (select max(id) from adonis_schema)`)
    const half = await launchGateway(variables, { dotEnv: folder.path })
    assert.equal(await half.ended, 1)

    assert.include(newer.output(), 'migrated by a newer version (2999_of_the_future)')
    assert.include(half.output(), 'only partly migrated')
    for (const { output } of [newer, half]) {
      assert.include(output(), 'The gateway does not start: the database is refused.')
      assert.notMatch(output(), LISTENING)
      assert.notMatch(output(), /^ {4}at /m, 'no stack')
      for (const secret of secretsOf(variables)) assert.notInclude(output(), secret)
    }
  })

  test('D14 | that does not wait for its disk', async (context) => {
    const { assert } = context
    const folder = await temporaryFolder(context)
    const cluster = await postgresCluster(context, programs!)
    const variables = {
      ...production(),
      DB_CONNECTION: 'postgres',
      DATABASE_URL: cluster.url.href,
    }

    await cluster.start({ fsync: 'off' })
    const refused = await launchGateway(variables, { dotEnv: folder.path })
    assert.equal(await refused.ended, 1)
    assert.include(refused.output(), 'PostgreSQL runs with fsync=off')
    assert.notMatch(refused.output(), LISTENING)
    await cluster.stop('fast')

    await cluster.start()
    const admitted = await launchGateway(variables, { dotEnv: folder.path })
    await admitted.printed(LISTENING)
    assert.equal(await admitted.stop(), 0)
  }).skip(!programs, 'no PostgreSQL programs')

  test('D14 | that was down at boot and answers later: the process ends then', async (context) => {
    const { assert } = context
    const folder = await temporaryFolder(context)
    const cluster = await postgresCluster(context, programs!)
    const gateway = await launchGateway(
      { ...production(), DB_CONNECTION: 'postgres', DATABASE_URL: cluster.url.href },
      { dotEnv: folder.path }
    )
    await gateway.printed(LISTENING)
    const live = await fetch(`${gateway.url}/health/live`)
    assert.equal(live.status, 200)

    await cluster.start({ synchronous_commit: 'off' })
    assert.equal(await gateway.ended, 1)

    const fatal = gateway
      .output()
      .split('\n')
      .find((line) => line.includes('"level":60'))
    assert.include(fatal, 'synchronous_commit=off')
    assert.include(fatal, 'The gateway ends: the database is refused')
  }).skip(!programs, 'no PostgreSQL programs')
})
