import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '@japa/runner'
import Database from 'better-sqlite3'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { MIGRATIONS, NOTED, WAITING, allEnded, migrating } from '#tests/helpers/migrating'

async function sqlite(context: Parameters<typeof temporaryFolder>[0]) {
  const folder = await temporaryFolder(context)
  const path = folder.file('gateway.sqlite3')

  return {
    variables: { SQLITE_PATH: path, ENV_PATH: folder.path },
    path,

    /** Which migrations have run; none while there is no table of them. */
    noted(): string[] {
      const database = new Database(path, { timeout: 5_000 })
      try {
        const rows = database.prepare(NOTED).all() as { name: string }[]
        return rows.map(({ name }) => name)
      } catch {
        return []
      } finally {
        database.close()
      }
    },
  }
}

test.group('Boot | Migrations on SQLite', () => {
  test('four processes at once: one migrates, the others wait for it', async (context) => {
    const { variables, noted } = await sqlite(context)
    const processes = [1, 2, 3, 4].map(() => migrating(variables, '--force'))

    const { exitCodes, output } = await allEnded(processes)
    context.assert.deepEqual(exitCodes, [0, 0, 0, 0], output)
    context.assert.deepEqual(noted(), MIGRATIONS)
    context.assert.lengthOf(output.match(/Migrated in/g)!, 1)
    context.assert.lengthOf(output.match(/Already up to date/g)!, 3)
  })

  test('one that was killed half-way: the next goes on', async ({ assert, ...context }) => {
    const { variables, noted } = await sqlite(context)
    const first = migrating(variables, '--force')
    while (noted().length === 0) await sleep(2)
    await first.kill()
    assert.isBelow(noted().length, MIGRATIONS.length, 'it was killed half-way')

    const { exitCodes, output } = await allEnded([migrating(variables, '--force')])
    assert.deepEqual(exitCodes, [0], output)
    assert.deepEqual(noted(), MIGRATIONS)
  })

  test('migrated by a release in another folder: nothing is run again', async ({
    assert,
    ...context
  }) => {
    const { variables, path, noted } = await sqlite(context)
    await allEnded([migrating(variables, '--force')])
    const database = new Database(path)
    database.exec(`UPDATE adonis_schema SET name = '/srv/gateway-0/' || name`)
    database.close()

    const { exitCodes, output } = await allEnded([migrating(variables, '--force')])
    assert.deepEqual(exitCodes, [0], output)
    assert.include(output, 'Already up to date')
    assert.deepEqual(noted(), MIGRATIONS)
  })

  test('gives up in the end, and says so', async ({ assert, ...context }) => {
    const { variables, path, noted } = await sqlite(context)
    const other = new Database(`${path}.migration-lock`)
    context.cleanup(() => void other.close())
    other.exec('BEGIN EXCLUSIVE')

    const { exitCodes, output } = await allEnded([migrating(variables, '--force', '--wait=1')])
    assert.deepEqual(exitCodes, [1])
    assert.match(output, WAITING)
    assert.include(output, 'another process has been migrating for more than 1 seconds')
    assert.deepEqual(noted(), [])
  })

  test('production without --force, and nobody to ask: exit 2, and no word of success', async ({
    assert,
    ...context
  }) => {
    const { variables, noted } = await sqlite(context)

    const { exitCodes, output } = await allEnded([migrating(variables)])
    assert.deepEqual(exitCodes, [2])
    assert.include(output, 'Nothing was migrated: production needs --force')
    assert.deepEqual(noted(), [])
  })
})
