import { test } from '@japa/runner'
import { bodyOf, canonicalText } from '#audit/recording/audit_body'
import { type AuditRow, filterColumnsOf } from '#audit/chain/audit_row'
import { fingerprintOf, GENESIS } from '#audit/chain/position'
import { checkChain } from '#audit/verification/chain_check'

function chainOf(length: number): AuditRow[] {
  const rows: AuditRow[] = []

  for (let seq = 1; seq <= length; seq++) {
    const facts = {
      eventId: `id-${seq}`,
      recordedAt: '2026-01-01T00:00:00.000Z',
      instanceId: 'test:1',
    }
    const body = bodyOf({ type: 'service.started', outcome: 'success' }, facts)
    const text = canonicalText(body)
    const previous = rows.at(-1)?.fingerprint ?? GENESIS.fingerprint
    rows.push({
      seq,
      body: text,
      prev_fingerprint: previous,
      fingerprint: fingerprintOf(previous, text),
      ...filterColumnsOf(body),
    })
  }
  return rows
}

test.group('Checking a chain', () => {
  test('an untouched chain is valid, in one piece or page by page', ({ assert }) => {
    const rows = chainOf(4)
    const firstPage = checkChain(rows.slice(0, 2))
    const secondPage = checkChain(rows.slice(2), firstPage.head)

    assert.containSubset(checkChain(rows), { valid: true, count: 4 })
    assert.containSubset(secondPage, { valid: true, count: 2, head: { seq: 4 } })
    assert.deepEqual(checkChain([]), { valid: true, count: 0, head: GENESIS })
  })

  test('the first bad number is named, with what is wrong there', ({ assert }) => {
    const change = (part: Partial<AuditRow>) =>
      checkChain(chainOf(4).map((row) => (row.seq === 3 ? { ...row, ...part } : row)))

    assert.containSubset(change({ body: '{}' }), { firstBadSeq: 3, problem: 'body_changed' })
    assert.containSubset(change({ fingerprint: '0' }), { firstBadSeq: 3, problem: 'body_changed' })
    assert.containSubset(change({ outcome: 'failure' }), {
      firstBadSeq: 3,
      problem: 'column_changed',
    })
    assert.containSubset(change({ prev_fingerprint: GENESIS.fingerprint }), {
      firstBadSeq: 3,
      problem: 'broken_link',
    })
  })

  test('a missing row is the bad one, not the row in its place', ({ assert }) => {
    const [first, , third] = chainOf(3)

    assert.containSubset(checkChain([first, third]), { firstBadSeq: 2, problem: 'gap' })
    assert.containSubset(checkChain([third]), { firstBadSeq: 1, problem: 'gap' })
  })

  test('a row that was rewritten with its own fingerprint breaks the next link', ({ assert }) => {
    const rows = chainOf(3)
    const body = rows[1].body.replace('success', 'failure')
    const fingerprint = fingerprintOf(rows[0].fingerprint, body)
    rows[1] = { ...rows[1], body, outcome: 'failure', fingerprint }

    assert.containSubset(checkChain(rows), { firstBadSeq: 3, problem: 'broken_link' })
  })

  test('text that is no body is found, even under its own fingerprint', ({ assert }) => {
    const [row] = chainOf(1)
    for (const body of ['not JSON', 'null', '7']) {
      const fingerprint = fingerprintOf(GENESIS.fingerprint, body)
      assert.isFalse(checkChain([{ ...row, body, fingerprint }]).valid)
    }
  })
})
