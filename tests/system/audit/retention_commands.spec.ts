import { test } from '@japa/runner'
import { ace } from '#tests/helpers/ace_process'
import { commandDatabase } from '#tests/helpers/command_database'

const EVENTS = `SELECT event_type AS type, body FROM audit_events ORDER BY seq`

async function commands({ cleanup }: { cleanup: (task: () => Promise<void>) => void }) {
  const database = await commandDatabase()
  cleanup(() => database.remove())
  const run = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await ace([...words, '--json'], { env: database.env })
    return { exitCode, document: JSON.parse(stdout), stderr }
  }
  return { ...database, run }
}

test.group('audit:hold, audit:purge and audit:erase', () => {
  test('place, list and release a legal hold', async (context) => {
    const { assert } = context
    const { run, rows } = await commands(context)

    const placed = await run('audit:hold', '--from=2020-01-01', '--reason=a lawsuit')
    assert.equal(placed.exitCode, 0)
    const { id } = placed.document.data
    const listed = await run('audit:hold')
    const released = await run('audit:hold', `--release=${id}`, '--reason=settled')
    const again = await run('audit:hold', `--release=${id}`, '--reason=settled')

    assert.containSubset(listed.document.data.holds, [
      { id, from: '2020-01-01T00:00:00.000Z', to: null, releasedAt: null },
    ])
    assert.equal(released.exitCode, 0)
    assert.equal(again.exitCode, 1)
    assert.equal(again.document.error.code, 'hold_released')
    assert.deepEqual(
      rows(EVENTS).map(({ type }) => type),
      ['audit.hold.placed', 'audit.read', 'audit.hold.released']
    )
    assert.include(String(rows(EVENTS)[0].body), '"actorId":"os:')
  })

  test('exit with 2 where they are used wrongly', async (context) => {
    const { assert } = context
    const { run } = await commands(context)

    for (const words of [
      ['audit:hold', '--from=2020-01-01'],
      ['audit:hold', '--release=x', '--reason=settled'],
      ['audit:erase', '--reason=asked for'],
      ['audit:erase', '--before=soon', '--reason=asked for'],
    ]) {
      const { exitCode, document } = await run(...words)
      assert.equal(exitCode, 2, words.join(' '))
      assert.equal(document.error.code, 'wrong_use')
    }
  }).timeout(60_000)

  test('find nothing to purge in a young trail, and erase what is asked for', async (context) => {
    const { assert } = context
    const { run, rows } = await commands(context)
    await run('audit:hold', '--to=2000-01-01', '--reason=a lawsuit')
    const [{ actor }] = rows('SELECT actor_id AS actor FROM audit_events')

    const dry = await run('audit:purge', '--dry-run')
    const purged = await run('audit:purge', '--trust-clock')
    const foreseen = await run('audit:erase', `--actor=${actor}`, '--reason=left', '--dry-run')
    const erased = await run('audit:erase', `--actor=${actor}`, '--reason=left')

    assert.equal(dry.exitCode, 0)
    assert.deepEqual(dry.document.data, {
      dryRun: true,
      count: 0,
      firstSeq: null,
      lastSeq: null,
      oldest: null,
      newest: null,
      stoppedBy: { seq: 1, why: 'age' },
      unfinished: null,
    })
    assert.containSubset(purged.document.data, { dryRun: false, removed: [] })
    assert.equal(foreseen.document.data.count, 1)
    assert.equal(erased.document.data.count, 1)
    const values = rows('SELECT value FROM audit_personal_values')
    assert.deepEqual(values, [{ value: 'left' }])
    assert.notInclude(dry.stderr, 'Events')
  })

  test('F5 | refuse a short retention that nobody meant', async (context) => {
    const { assert } = context
    const { rows, env } = await commands(context)

    const refused = await ace(['audit:purge'], { env: { ...env, AUDIT_RETENTION_DAYS: '2191' } })

    assert.equal(refused.exitCode, 1)
    assert.include(
      refused.stderr,
      'AUDIT_RETENTION_DAYS must be at least 2192 (six years), unless AUDIT_ALLOW_SHORT_RETENTION=true'
    )
    assert.lengthOf(rows(EVENTS), 0)
  })
})
