import { test } from '@japa/runner'
import { durabilityProblems, migrationProblems } from '#audit/storage/storage_rules'

test.group('A database that keeps what it has committed', () => {
  test('is no problem: {what}')
    .with([
      { what: 'on', settings: { fsync: 'on', synchronousCommit: 'on' } },
      { what: 'local', settings: { fsync: 'on', synchronousCommit: 'local' } },
      { what: 'remote_apply', settings: { fsync: 'on', synchronousCommit: 'remote_apply' } },
      { what: 'FULL', settings: { synchronous: 2, journalMode: 'wal' } },
      { what: 'EXTRA', settings: { synchronous: 3, journalMode: 'delete' } },
    ])
    .run(({ assert }, { settings }) => {
      assert.deepEqual(durabilityProblems(settings), [])
    })

  test('does not run with {what}')
    .with([
      {
        what: 'fsync=off',
        settings: { fsync: 'off', synchronousCommit: 'on' },
        named: /fsync=off/,
      },
      {
        what: 'synchronous_commit=off',
        settings: { fsync: 'on', synchronousCommit: 'off' },
        named: /synchronous_commit=off/,
      },
      {
        what: 'NORMAL',
        settings: { synchronous: 1, journalMode: 'wal' },
        named: /synchronous below FULL/,
      },
      {
        what: 'OFF',
        settings: { synchronous: 0, journalMode: 'wal' },
        named: /synchronous below FULL/,
      },
      {
        what: 'journal_mode=memory',
        settings: { synchronous: 2, journalMode: 'memory' },
        named: /journal_mode=memory/,
      },
      {
        what: 'journal_mode=off',
        settings: { synchronous: 2, journalMode: 'off' },
        named: /journal_mode=off/,
      },
    ])
    .run(({ assert }, { settings, named }) => {
      const [problem, ...more] = durabilityProblems(settings)
      assert.match(problem, named)
      assert.deepEqual(more, [])
    })
})

test.group('The migrations of a database', () => {
  const known = ['1_users', '2_tokens', '3_events']

  test('are no problem when all of them ran, or none', ({ assert }) => {
    assert.deepEqual(migrationProblems(known, [...known].reverse()), [])
    assert.deepEqual(migrationProblems(known, []), [])
  })

  test('are one when only some ran', ({ assert }) => {
    const [problem] = migrationProblems(known, ['1_users'])
    assert.include(problem, 'only partly migrated (2_tokens and 1 more did not run)')
    assert.include(problem, 'run node ace migration:run --force')
  })

  test('are one when a newer version was here', ({ assert }) => {
    const [problem, ...more] = migrationProblems(known, ['1_users', '4_future'])
    assert.include(problem, 'migrated by a newer version (4_future)')
    assert.deepEqual(more, [])
  })
})
