import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import canonicalize from 'canonicalize'
import { getActiveTest, test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import { Secret } from '@adonisjs/core/helpers'
import { fingerprintOf } from '#audit/chain/position'
import { SigningKey } from '#audit/chain/signing_key'
import { signCheckpoint } from '#audit/checkpoints/checkpoint'
import { ExportVerifier } from '#audit/verification/export_verifier'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { exportedLines, exportText } from '#tests/helpers/audit/export_text'
import { testKeys, testSigningKey, testTrail } from '#tests/helpers/audit/test_trail'

const EVENTS = 8

async function linesOfTrail(): Promise<string[]> {
  const { connect } = await auditDatabases[0].open()
  const { trail } = testTrail(connect)
  for (let number = 1; number <= EVENTS; number++) {
    await trail.record({
      type: 'auth.token.cleared',
      outcome: 'success',
      actor: { type: 'user', id: 'ü7', sourceIp: '192.0.2.1' },
      comment: 'with "quotes", \u2028 and line\nbreaks',
    })
  }
  return exportedLines(connect())
}

function verify(text: string, checkpoints?: { seq: number; fingerprint: string }[]) {
  const path = app.makePath('tmp', `export-${randomUUID()}.ndjson`)
  writeFileSync(path, text)
  getActiveTest()!.cleanup(() => rmSync(path))
  return new ExportVerifier({
    path,
    keys: testKeys,
    checkpoints: checkpoints && kept(checkpoints),
  }).verify()
}

async function* kept(positions: { seq: number; fingerprint: string }[]) {
  for (const position of positions) {
    const createdAt = '2026-05-01T00:00:00.000Z'
    yield signCheckpoint(testSigningKey, { chain: 'main', createdAt, reason: 'time', ...position })
  }
}

/** The events from `seq` on made anew, the first with another outcome. */
function rewritten(lines: string[], seq: number): string[] {
  let previous = JSON.parse(lines[seq - 1]).prevFingerprint
  return lines.map((line, index) => {
    if (index < seq - 1) return line
    const event = JSON.parse(line)
    if (index === seq - 1) event.body.outcome = 'failure'
    const fingerprint = fingerprintOf(previous, canonicalize(event.body)!)
    const changed = { ...event, prevFingerprint: previous, fingerprint }
    previous = fingerprint
    return JSON.stringify(changed)
  })
}

test.group('Verifying an export', () => {
  test('a whole one is valid, an empty one too', async ({ assert }) => {
    const lines = await linesOfTrail()
    assert.containSubset(await verify(exportText(lines)), {
      valid: true,
      count: EVENTS,
      firstSeq: 1,
      lastSeq: EVENTS,
      complete: true,
      erased: 0,
    })
    assert.containSubset(await verify(exportText([])), { valid: true, count: 0, lastSeq: null })
  })

  test('one with filters is valid, each event by itself', async ({ assert }) => {
    const lines = (await linesOfTrail()).filter((_, index) => [1, 2, 5].includes(index))
    const filters = { actor: '7' }
    assert.containSubset(await verify(exportText(lines, { filters })), {
      valid: true,
      count: 3,
      complete: false,
    })
    assert.containSubset(await verify(exportText(lines)), { problem: 'gap', firstBadSeq: 4 })
  })

  test('an event that is {how} is named')
    .with([
      { how: 'changed', firstBadSeq: 4 },
      { how: 'missing', firstBadSeq: 4 },
      { how: 'doubled', firstBadSeq: 4 },
      { how: 'moved', firstBadSeq: 4 },
    ])
    .run(async ({ assert }, { how, firstBadSeq }) => {
      const lines = await linesOfTrail()
      const text = exportText(lines)
      const changes: Record<string, string[]> = {
        changed: lines.with(3, lines[3].replace('"success"', '"failure"')),
        missing: lines.toSpliced(3, 1),
        doubled: lines.toSpliced(4, 0, lines[3]),
        moved: lines.with(3, lines[4]).with(4, lines[3]),
      }
      const changed = [...changes[how], text.trimEnd().split('\n').at(-1)!]
      const verdict = await verify(`${changed.join('\n')}\n`)
      assert.containSubset(verdict, { valid: false, firstBadSeq })
    })

  test('one that was rewritten is told from its first changed event on', async ({ assert }) => {
    const lines = await linesOfTrail()
    const manifest = exportText(lines).trimEnd().split('\n').at(-1)!
    const verdict = await verify([...rewritten(lines, 5), manifest, ''].join('\n'))
    assert.containSubset(verdict, { firstBadSeq: 5, problem: 'file_changed' })
  })

  test('one that was made of a rewritten trail is told by the signatures in its events', async ({
    assert,
  }) => {
    const lines = rewritten(await linesOfTrail(), 5)
    const whole = await verify(exportText(lines))
    assert.containSubset(whole, { valid: false, firstBadSeq: 5, problem: 'rewritten' })

    const chosen = lines.filter((_, index) => [1, 2, 6].includes(index))
    const filtered = await verify(exportText(chosen, { filters: { actor: '7' } }))
    assert.containSubset(filtered, { valid: false, problem: 'rewritten' })
  })

  test('one that was cut off says so', async ({ assert }) => {
    const lines = await linesOfTrail()
    const text = exportText(lines)
    const whole = lines.slice(0, 5).join('\n')
    assert.containSubset(await verify(`${whole}\n`), { problem: 'cut_off', firstBadSeq: 6 })
    assert.containSubset(await verify(`${whole}\n${lines[5].slice(0, 40)}`), {
      problem: 'cut_off',
      firstBadSeq: 6,
    })
    assert.containSubset(await verify(text.slice(0, -10)), { problem: 'cut_off' })
    assert.containSubset(await verify(''), { problem: 'cut_off', firstBadSeq: 1 })
  })

  test('a manifest that is not ours, or tells of other events, is refused', async ({ assert }) => {
    const lines = await linesOfTrail()
    const text = exportText(lines)
    const strange = new SigningKey(new Secret(Buffer.alloc(32, 9).toString('base64')))

    const problems = await Promise.all(
      [
        exportText(lines, {}, strange),
        text.replace('"count":8', '"count":9'),
        exportText(lines, { count: 9 }),
        exportText(lines, { headFingerprint: '0'.repeat(64) }),
        text.replace(':{"actorId"', ': {"actorId"'),
      ].map(async (changed) => (await verify(changed)).problem)
    )
    assert.deepEqual(problems, [
      'manifest_key_unknown',
      'manifest_forged',
      'manifest_disagrees',
      'manifest_disagrees',
      'file_changed',
    ])
  })

  test('a changed personal value is named, an erased one counted', async ({ assert }) => {
    const lines = await linesOfTrail()
    const forged = lines.with(2, lines[2].replace('"192.0.2.1"', '"192.0.2.9"'))
    assert.containSubset(await verify(exportText(forged)), {
      firstBadSeq: 3,
      problem: 'personal_value_changed',
    })

    const event = { ...JSON.parse(lines[2]), personal: undefined }
    const erased = lines.with(2, JSON.stringify(event))
    assert.containSubset(await verify(exportText(erased)), { valid: true, erased: 2 })
  })

  test('is held against checkpoints that somebody kept', async ({ assert }) => {
    const lines = await linesOfTrail()
    const positions = lines
      .map((line) => JSON.parse(line))
      .map(({ seq, fingerprint }) => ({ seq, fingerprint }))
    const agreed = await verify(exportText(lines), [positions[2], positions[7]])
    assert.containSubset(agreed, { valid: true, checkpoints: { agreed: 2 } })

    const cut = await verify(exportText(lines.slice(0, 6)), [positions[2], positions[7]])
    assert.containSubset(cut, { problem: 'tail_cut', firstBadSeq: 7 })

    const other = { seq: 5, fingerprint: 'f'.repeat(64) }
    const replaced = await verify(exportText(lines), [positions[2], other])
    assert.containSubset(replaced, { problem: 'rolled_back', firstBadSeq: 4 })
  })

  test('text that is no export is no export', async ({ assert }) => {
    for (const text of ['hello\n', '{}\n', 'null\n7\n', `${'x'.repeat(3_000_000)}\n`]) {
      assert.isFalse((await verify(text)).valid)
    }
  })
})
