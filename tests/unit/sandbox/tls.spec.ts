import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import { askForToken, failureOf, statusOf } from '#tests/helpers/sandbox/sandbox_client'

function selfSigned(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const files = ['-keyout', key, '-out', cert]

  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, ...files, ...subject], {
    stdio: 'ignore',
  })
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test.group('Sandbox, https', () => {
  test('speaks https with the certificate it is given, faults included', async ({
    assert,
    cleanup,
  }) => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-tls-'))
    cleanup(() => rmSync(folder, { recursive: true }))
    const tls = selfSigned(folder)
    const sandbox = await startSandbox({ tls })

    assert.match(sandbox.url, /^https:/)
    assert.equal(await failureOf(askForToken(sandbox)), 'DEPTH_ZERO_SELF_SIGNED_CERT')
    assert.equal(await statusOf(askForToken(sandbox, { ca: tls.cert })), 200)

    sandbox.fault({ on: 'connection', kind: 'reset' }, { on: 'token', kind: 'reset', at: 'body' })
    assert.equal(await failureOf(askForToken(sandbox, { ca: tls.cert })), 'ECONNRESET')
    const cut = await askForToken(sandbox, { ca: tls.cert })
    assert.deepEqual([cut.status, cut.failure], [200, 'ECONNRESET'])
  }).skip(!hasOpenssl(), 'needs openssl to make a certificate')
})
