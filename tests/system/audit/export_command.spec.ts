import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import type { SignedManifest } from '#audit/export/manifest'
import { ace } from '#tests/helpers/ace_process'
import { commandDatabase } from '#tests/helpers/command_database'

test.group('node ace audit:export', (group) => {
  let database: Awaited<ReturnType<typeof commandDatabase>>
  let folder: string

  group.setup(async () => {
    database = await commandDatabase()
    return () => database.remove()
  })
  group.each.setup(() => {
    folder = mkdtempSync(join(tmpdir(), 'audit-export-'))
    return () => rmSync(folder, { recursive: true })
  })

  const run = (...args: string[]) => ace(['audit:export', ...args], { env: database.env })

  const eventsOf = (type: string) =>
    database
      .rows(`select body from audit_events where event_type = '${type}' order by seq`)
      .map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>)

  const manifestOf = (text: string) =>
    (JSON.parse(text.trimEnd().split('\n').at(-1)!) as SignedManifest).manifest

  test('writes a whole file that only its owner reads, with the operator as actor', async ({
    assert,
  }) => {
    const path = join(folder, 'trail.ndjson')

    const { exitCode, stdout, stderr } = await run(path, '--json')

    assert.equal(exitCode, 0, stderr)
    const manifest = manifestOf(readFileSync(path, 'utf8'))
    assert.deepEqual(JSON.parse(stdout), {
      data: {
        file: path,
        format: 'ndjson',
        count: manifest.count,
        firstSeq: 1,
        lastSeq: manifest.lastSeq,
        headFingerprint: manifest.headFingerprint,
      },
    })
    assert.deepEqual(readdirSync(folder), ['trail.ndjson'])
    assert.equal(statSync(path).mode % 0o1000, 0o600)
    const exported = eventsOf('audit.exported').at(-1)!
    assert.containSubset(exported, { outcome: 'success', actorId: `os:${userInfo().username}` })
    assert.containSubset(exported.details as object, { sha256: manifest.sha256 })
  })

  test('replaces a file only when it is told to', async ({ assert }) => {
    const path = join(folder, 'trail.csv')
    await run(path, '--format=csv', '--json')
    const first = readFileSync(path, 'utf8')
    const started = eventsOf('audit.export_started').length

    const refused = await run(path, '--format=csv')
    assert.equal(refused.exitCode, 1)
    assert.include(refused.stderr, '--force')
    assert.equal(readFileSync(path, 'utf8'), first)
    assert.lengthOf(eventsOf('audit.export_started'), started)

    const replaced = await run(path, '--format=csv', '--force')
    assert.equal(replaced.exitCode, 0)
    assert.isAbove(readFileSync(path, 'utf8').length, first.length)
  })

  test('writes to standard output, and nothing else there', async ({ assert }) => {
    const { exitCode, stdout } = await run('-', '--type=audit.*', '--outcome=success')

    assert.equal(exitCode, 0)
    const manifest = manifestOf(stdout)
    assert.deepEqual(manifest.filters, { type: 'audit.*', outcome: 'success' })
    assert.lengthOf(stdout.trimEnd().split('\n'), manifest.count + 1)
  })

  test('says what is wrong with what was typed', async ({ assert }) => {
    const wrong = [
      [join(folder, 'x'), '--format=xml'],
      [join(folder, 'x'), '--from=yesterday'],
      ['-', '--json'],
    ]
    for (const args of wrong) assert.equal((await run(...args)).exitCode, 2, args.join(' '))

    const nowhere = await run(join(folder, 'missing', 'trail.ndjson'))
    assert.equal(nowhere.exitCode, 1)
    assert.include(nowhere.stderr, 'ENOENT')
    assert.isEmpty(readdirSync(folder))
  })
})
