import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import { Secret } from '@adonisjs/core/helpers'
import { SigningKey } from '#audit/chain/signing_key'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { exportedLines, exportText } from '#tests/helpers/audit/export_text'
import { recordMany } from '#tests/helpers/audit/test_export'
import { testSigningKey, testTrail } from '#tests/helpers/audit/test_trail'

const PROGRAM = /```python\n([^`]+)```/
const there = ['python3', 'openssl'].every(
  (name) => spawnSync(name, [name === 'openssl' ? 'version' : '--version']).status === 0
)
if (!there) console.warn('SKIPPED the check by hand: install Python 3 and OpenSSL 3')

/** What the program of docs/audit.md says about an export. */
function checkByHand(text: string): { status: number | null; told: string } {
  const [, indented] = PROGRAM.exec(readFileSync(app.makePath('docs/audit.md'), 'utf8'))!
  const program = indented.replace(/^ {3}/gm, '')
  const pem = testSigningKey.publicKey.export({ format: 'pem', type: 'spki' })
  const folder = mkdtempSync(join(tmpdir(), 'by-hand-'))
  try {
    writeFileSync(join(folder, 'trail.ndjson'), text)
    writeFileSync(
      join(folder, 'keys.json'),
      JSON.stringify({ data: [{ keyId: testSigningKey.keyId, pem }] })
    )
    const ran = spawnSync('python3', ['-c', program], { cwd: folder, encoding: 'utf8' })
    return { status: ran.status, told: ran.stdout + ran.stderr }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test.group('The check by hand of docs/audit.md', () => {
  test('passes what the gateway exported and nothing else', async ({ assert }) => {
    const { connect } = await auditDatabases[0].open()
    const { trail } = testTrail(connect)
    await recordMany(trail, 6, { comment: 'with "quotes", ü and line\nbreaks' })
    const lines = await exportedLines(connect())
    const manifest = exportText(lines).trimEnd().split('\n').at(-1)!
    const stranger = new SigningKey(new Secret(Buffer.alloc(32, 9).toString('base64')))
    const invented = exportText(lines.slice(0, 3), {}, stranger)

    const genuine = checkByHand(exportText(lines))
    assert.equal(genuine.status, 0, genuine.told)
    const wrong = [
      exportText(lines.with(3, lines[3].replace('"success"', '"failure"'))),
      exportText(lines.toSpliced(3, 1)),
      [...lines.slice(0, 3), manifest, ''].join('\n'),
      lines.map((line) => `${line}\n`).join(''),
      invented,
      invented.replaceAll(stranger.keyId, testSigningKey.keyId),
    ]
    for (const text of wrong) assert.notEqual(checkByHand(text).status, 0)
  }).skip(!there, 'no Python 3 or OpenSSL 3')
})
