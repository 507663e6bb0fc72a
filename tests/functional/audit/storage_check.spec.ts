import { test } from '@japa/runner'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { type StorageRefused } from '#audit/storage/errors'
import { StorageCheck } from '#audit/storage/storage_check'
import { StorageFacts } from '#audit/stores/storage_facts'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { auditDatabases, connectionTo } from '#tests/helpers/audit/audit_database'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'
import { findPostgresPrograms, postgresCluster } from '#tests/helpers/postgres_cluster'

const RETRY_MS = 5_000
const programs = findPostgresPrograms('the settings of a PostgreSQL server')

function checkOf(connect: () => QueryClientContract, knownMigrations: string[] = []) {
  const clock = new ManualClock()
  const logs: string[] = []
  const logger = new LoggerFactory().merge({ enabled: true }).pushLogsTo(logs).create()
  const refusals: StorageRefused[] = []

  const check = new StorageCheck({
    facts: new StorageFacts(connect),
    knownMigrations,
    clock,
    logger,
    retryMs: RETRY_MS,
    refusedLater: (reason) => refusals.push(reason),
  })
  const messages = () => logs.map((line) => JSON.parse(line).msg)
  return { check, clock, refusals, messages }
}

for (const { name, open } of auditDatabases) {
  test.group(`The look at ${name}`, () => {
    test('finds a database that was never migrated, and one that is up to date', async ({
      assert,
    }) => {
      const { connect } = await open()
      const { check, clock } = checkOf(connect, ['1_users'])
      await check.start()

      await migrated(connect(), 'database/migrations/1_users')
      await check.start()

      assert.equal(clock.pending, 0)
    })

    test('D12 | refuses one that a newer version migrated, or that is half migrated', async ({
      assert,
    }) => {
      const { connect } = await open()
      await migrated(connect(), 'database/migrations/1_users')

      const newer = checkOf(connect, [])
      await assert.rejects(() => newer.check.start(), /newer version \(1_users\)/)
      const half = checkOf(connect, ['1_users', '2_tokens'])
      await assert.rejects(
        () => half.check.start(),
        /only partly migrated \(2_tokens did not run\)/
      )
    })
  })
}

test.group('The look at SQLite’s pragmas', () => {
  test('D14 | refuses a connection that does not wait for the disk', async ({ assert }) => {
    const { connect } = await auditDatabases[0].open()
    const { check } = checkOf(connect)
    await check.start()

    for (const level of ['NORMAL', 'OFF']) {
      await connect().rawQuery(`PRAGMA synchronous = ${level}`)
      await assert.rejects(() => check.start(), /synchronous below FULL/)
    }
  })

  test('D14 | refuses a database that is in memory', async ({ assert }) => {
    const connect = connectionTo({ dialect: 'SQLite', file: ':memory:' })

    await assert.rejects(() => checkOf(connect).check.start(), /journal_mode=memory/)
  })
})

test.group('The look at a PostgreSQL server', (group) => {
  group.tap((one) => one.skip(!programs, 'no PostgreSQL programs'))

  test('D14 | refuses fsync=off and synchronous_commit=off, wherever it was set', async ({
    assert,
    cleanup,
  }) => {
    const cluster = await postgresCluster({ cleanup }, programs!)
    const check = () => {
      const place = { dialect: 'PostgreSQL', url: cluster.url.href, schema: 'public' } as const
      return checkOf(connectionTo(place)).check.start()
    }

    await cluster.start({ fsync: 'off', synchronous_commit: 'off' })
    await assert.rejects(check, /fsync=off.*synchronous_commit=off/)
    await cluster.stop('fast')

    await cluster.start()
    await check()
    const connect = connectionTo({ dialect: 'PostgreSQL', url: cluster.url.href, schema: 'public' })
    await connect().rawQuery('ALTER ROLE postgres SET synchronous_commit = off')
    await assert.rejects(check, /synchronous_commit=off/)
  })

  test('is made when a server that is down answers, and tells then', async ({
    assert,
    cleanup,
  }) => {
    const cluster = await postgresCluster({ cleanup }, programs!)
    const place = { dialect: 'PostgreSQL', url: cluster.url.href, schema: 'public' } as const
    const { check, clock, refusals, messages } = checkOf(connectionTo(place))

    await check.start()
    await clock.advance(RETRY_MS)
    await eventually(() => clock.pending === 1)
    assert.deepEqual(messages(), ['Checking the database fails'])

    await cluster.start({ fsync: 'off' })
    await clock.advance(RETRY_MS)
    await eventually(() => refusals.length === 1, 'the server is refused')

    assert.match(refusals[0].message, /fsync=off/)
    assert.equal(clock.pending, 0)
  })

  test('ends with the process, and leaves no timer behind', async ({ assert }) => {
    const url = 'postgres://nobody@127.0.0.1:1/none'
    const { check, clock } = checkOf(connectionTo({ dialect: 'PostgreSQL', url, schema: 'public' }))

    await check.start()
    await check.stop()

    assert.equal(clock.pending, 0)
  })
})

async function migrated(client: QueryClientContract, name: string): Promise<void> {
  await client.schema.createTable('adonis_schema', (table) => {
    table.increments()
    table.string('name')
  })
  await client.table('adonis_schema').insert({ name })
}
