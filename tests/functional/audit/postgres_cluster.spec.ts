import { test } from '@japa/runner'
import { Client } from 'pg'
import { findPostgresPrograms, postgresCluster } from '#tests/helpers/postgres_cluster'

const programs = findPostgresPrograms('a PostgreSQL server of the test’s own')

async function ask(url: URL, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url.href })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test.group('A PostgreSQL server of a test’s own', () => {
  test('starts with settings, crashes, and comes back with what was committed', async ({
    assert,
    cleanup,
  }) => {
    const cluster = await postgresCluster({ cleanup }, programs!)

    await cluster.start({ fsync: 'off' })
    const [{ fsync }] = await ask(cluster.url, 'SHOW fsync')
    await ask(cluster.url, 'CREATE TABLE kept AS SELECT 7 AS seven')
    await cluster.stop('immediate')
    await assert.rejects(() => ask(cluster.url, 'SELECT 1'))
    await cluster.start()

    assert.equal(fsync, 'off')
    assert.deepEqual(await ask(cluster.url, 'SHOW fsync'), [{ fsync: 'on' }])
    assert.deepEqual(await ask(cluster.url, 'TABLE kept'), [{ seven: 7 }])
  }).skip(!programs, 'no PostgreSQL programs')
})
