import { once } from 'node:events'
import { connect, type ConnectionOptions, type SecureVersion, type TlsOptions } from 'node:tls'
import { test } from '@japa/runner'
import { assertFailedTokenRequest, assertRecovery } from '#tests/helpers/failed_token_request'
import { startTcpServer } from '#tests/helpers/tcp_server'
import { TlsAuthority } from '#tests/helpers/tls_authority'
import { tokenEndpointAt } from '#tests/helpers/token_endpoint_at'
import { startTokenTrial } from '#tests/helpers/token_trial'

const HERE = 'IP:127.0.0.1'
const FIVE_MINUTES = 5 * 60_000

const OLD_VERSIONS: SecureVersion[] = ['TLSv1', 'TLSv1.1']

/** What the server shows to a client that trusts the authority. */
const BAD_SERVERS: Record<string, (authority: TlsAuthority) => TlsOptions> = {
  'a certificate that is over': (authority) => authority.issue(HERE, -1),
  'a certificate that vouches for itself': (authority) => authority.selfSigned(HERE),
  "another host's certificate": (authority) => authority.issue('DNS:api.orange.com'),
  "another address's certificate": (authority) => authority.issue('IP:127.0.0.2'),
  'TLS 1.0 and nothing newer': (authority) => spoken(authority, 'TLSv1'),
  'TLS 1.1 and nothing newer': (authority) => spoken(authority, 'TLSv1.1'),
}

test.group('T24 | a server that is not certainly the right one', () => {
  test('{$self}: nothing is sent to it, and nobody tries again')
    .with(Object.keys(BAD_SERVERS))
    .run(async (context, title) => {
      const authority = new TlsAuthority(context)
      const tls = BAD_SERVERS[title](authority)
      const trial = await startTokenTrial(context, { sandbox: { tls }, ca: authority.certificate })

      await assertFailedTokenRequest(context.assert, trial, {
        misbehave: () => {},
        expected: { reason: 'certificate_invalid', pauseMs: FIVE_MINUTES, arrivals: 0 },
      })
    })

  test('{$self} would be spoken with whoever allows it')
    .with(OLD_VERSIONS)
    .run(async (context, version) => {
      const authority = new TlsAuthority(context)
      const tls = spoken(authority, version)
      const { sandbox } = await startTokenTrial(context, { sandbox: { tls } })
      const client = { ...oldFashioned(version), ca: authority.certificate }

      const socket = connect({ host: '127.0.0.1', port: sandbox.port, ...client })
      await once(socket, 'secureConnect')
      context.assert.equal(socket.getProtocol(), version)
      socket.destroy()
    })

  test('an authority that we do not know', async (context) => {
    const tls = new TlsAuthority(context).issue(HERE)
    const ca = new TlsAuthority(context).certificate
    const trial = await startTokenTrial(context, { sandbox: { tls }, ca })

    await assertFailedTokenRequest(context.assert, trial, {
      misbehave: () => {},
      expected: { reason: 'certificate_invalid', pauseMs: FIVE_MINUTES, arrivals: 0 },
    })
  })

  test('a server that speaks no TLS at all is told nothing', async (context) => {
    const heard: Buffer[] = []
    const server = await startTcpServer(context, (socket) => {
      socket.on('data', (bytes) => heard.push(bytes))
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'))
    })
    const oauth = tokenEndpointAt(`https://127.0.0.1:${server.port}`)
    const trial = await startTokenTrial(context, { oauth })

    await assertFailedTokenRequest(context.assert, trial, {
      misbehave: () => {},
      expected: { reason: 'certificate_invalid', pauseMs: FIVE_MINUTES, arrivals: 0 },
    })
    context.assert.lengthOf(heard, 3)
    context.assert.notInclude(Buffer.concat(heard).toString('latin1'), 'oauth')
  })
})

test.group('T24 | a handshake that breaks off may succeed the next time', () => {
  test('reset before its first byte', async (context) => {
    const { assert } = context
    const authority = new TlsAuthority(context)
    const tls = authority.issue(HERE)
    const trial = await startTokenTrial(context, { sandbox: { tls }, ca: authority.certificate })

    await assertFailedTokenRequest(assert, trial, {
      misbehave: () => trial.sandbox.fault({ on: 'connection', kind: 'reset' }),
      expected: { reason: 'connection_reset', arrivals: 0 },
    })
    await assertRecovery(assert, trial)
  })

  test('reset in its middle', async (context) => {
    const server = await startTcpServer(context, (socket) => {
      socket.once('data', () => socket.resetAndDestroy())
    })
    const oauth = tokenEndpointAt(`https://127.0.0.1:${server.port}`)
    const trial = await startTokenTrial(context, { oauth })

    await assertFailedTokenRequest(context.assert, trial, {
      misbehave: () => {},
      expected: { reason: 'connection_reset', arrivals: 0 },
    })
    context.assert.equal(server.connections, 3)
  })

  test('ended in its middle', async (context) => {
    const server = await startTcpServer(context, (socket) => {
      socket.once('data', () => socket.end())
    })
    const oauth = tokenEndpointAt(`https://127.0.0.1:${server.port}`)
    const trial = await startTokenTrial(context, { oauth })

    await assertFailedTokenRequest(context.assert, trial, {
      misbehave: () => {},
      expected: { reason: 'connection_reset', arrivals: 0 },
    })
  })

  test('T2 | never answered', async (context) => {
    const { assert } = context
    const authority = new TlsAuthority(context)
    const trial = await startTokenTrial(context, {
      sandbox: { tls: authority.issue(HERE) },
      ca: authority.certificate,
      connectTimeoutMs: 150,
    })

    await assertFailedTokenRequest(assert, trial, {
      misbehave: () => trial.sandbox.fault({ on: 'connection', kind: 'hang' }),
      expected: { reason: 'connect_timeout', arrivals: 0 },
    })
  })
})

test('T24 | the same authority and the right certificate: everything works', async (context) => {
  const authority = new TlsAuthority(context)
  const tls = authority.issue(HERE)
  const trial = await startTokenTrial(context, { sandbox: { tls }, ca: authority.certificate })

  context.assert.equal(await trial.sendStatus(), 201)
  context.assert.lengthOf(trial.tokenRequests(), 1)
})

function spoken(authority: TlsAuthority, version: SecureVersion): TlsOptions {
  return { ...authority.issue(HERE), ...oldFashioned(version) }
}

/** Old versions need ciphers that are off by default. */
function oldFashioned(version: SecureVersion): ConnectionOptions & TlsOptions {
  return { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' }
}
