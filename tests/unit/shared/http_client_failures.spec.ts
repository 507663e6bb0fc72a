import type { Socket } from 'node:net'
import { inspect } from 'node:util'
import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import type { TransportFailure } from '#shared/transport_error'
import { startDeafPort } from '#tests/helpers/deaf_port'
import { freePort } from '#bin/free_port'
import { startTcpServer } from '#tests/helpers/tcp_server'
import { TlsAuthority } from '#tests/helpers/tls_authority'
import { httpClient } from '#tests/unit/shared/http_exchange'
import { startHttpServer } from '#tests/unit/shared/http_server'

const HERE = 'IP:127.0.0.1'
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'

const afterRequest = (act: (socket: Socket) => unknown) => (socket: Socket) =>
  socket.once('data', () => act(socket))

interface BadServer {
  scheme?: 'https'
  does: (socket: Socket) => unknown
  failure: TransportFailure
  sent: boolean
}

/** What a server does with a connection, and what is known of the request afterwards. */
const BAD_SERVERS: Record<string, BadServer> = {
  'resets the connection before it reads': {
    // By then the client has connected; what it wrote may or may not have been taken.
    does: (socket) => socket.pause() && setTimeout(() => socket.resetAndDestroy(), 50),
    failure: 'connection_reset',
    sent: true,
  },
  'resets the connection after it has read': {
    does: afterRequest((socket) => socket.resetAndDestroy()),
    failure: 'connection_reset',
    sent: true,
  },
  'hangs up without an answer': {
    does: afterRequest((socket) => socket.end()),
    failure: 'connection_reset',
    sent: true,
  },
  'never reads': { does: (socket) => socket.pause(), failure: 'timeout', sent: true },
  'stops after the head': {
    does: afterRequest((socket) => socket.write(HEAD)),
    failure: 'timeout',
    sent: true,
  },
  'resets in the middle of the body': {
    does: afterRequest((socket) => socket.write(`${HEAD}{`, () => socket.resetAndDestroy())),
    failure: 'truncated',
    sent: true,
  },
  'ends the body early': {
    does: afterRequest((socket) => socket.end(`${HEAD}{`)),
    failure: 'truncated',
    sent: true,
  },
  'does not speak HTTP': {
    does: afterRequest((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
    failure: 'malformed',
    sent: true,
  },
  'breaks its compression': {
    does: afterRequest((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope')
    }),
    failure: 'malformed',
    sent: true,
  },
  'never begins TLS': {
    scheme: 'https',
    does: (socket) => socket.pause(),
    failure: 'connect_timeout',
    sent: false,
  },
  'resets in the middle of the TLS handshake': {
    scheme: 'https',
    does: afterRequest((socket) => socket.resetAndDestroy()),
    failure: 'connection_reset',
    sent: false,
  },
  'speaks plain HTTP where TLS is due': {
    scheme: 'https',
    does: afterRequest((socket) => socket.end(`${HEAD}`)),
    failure: 'certificate_invalid',
    sent: false,
  },
}

test.group('HTTP client | a server that', () => {
  test('{$self}')
    .with(Object.keys(BAD_SERVERS))
    .run(async (context, title) => {
      const { scheme = 'http', does, failure, sent } = BAD_SERVERS[title]
      const { port } = await startTcpServer(context, does)
      const { failureOf } = httpClient(context, { connectTimeoutMs: 200 })

      const error = await failureOf(`${scheme}://127.0.0.1:${port}`, { deadlineMs: 400 })
      context.assert.containsSubset(error, { failure, sent })
    })
})

test.group('HTTP client | nothing was sent', () => {
  test('to a port where nobody listens', async (context) => {
    const error = await httpClient(context).failureOf(`http://127.0.0.1:${await freePort()}`)
    context.assert.containsSubset(error, { failure: 'connection_refused', sent: false })
  })

  test('to a name that does not resolve', async (context) => {
    const error = await httpClient(context).failureOf('http://no.invalid')
    context.assert.containsSubset(error, { failure: 'dns_failed', sent: false })
  })

  test('to a port that does not complete the handshake', async (context) => {
    const { failureOf } = httpClient(context, { connectTimeoutMs: 100 })
    const error = await failureOf(`http://127.0.0.1:${await startDeafPort(context)}`)
    context.assert.containsSubset(error, { failure: 'connect_timeout', sent: false })
  })

  test('while all connections are taken', async (context) => {
    const server = await startHttpServer(context, () => {})
    const { failureOf } = httpClient(context, { maxSockets: 1 })
    const first = failureOf(`${server.url}/first`, { deadlineMs: 400 })
    const second = await failureOf(`${server.url}/second`, { deadlineMs: 150 })

    context.assert.containsSubset(second, { failure: 'connect_timeout', sent: false })
    context.assert.containsSubset(await first, { failure: 'timeout', sent: true })
    context.assert.deepEqual(
      server.requests.map(({ url }) => url),
      ['/first']
    )
  })

  test('to a server with {$self}')
    .with(['an unknown authority', 'the name of another', 'a certificate that is over'])
    .run(async (context, title) => {
      const authority = new TlsAuthority(context)
      const identity = {
        'an unknown authority': () => new TlsAuthority(context).issue(HERE),
        'the name of another': () => authority.issue('DNS:api.example.test'),
        'a certificate that is over': () => authority.issue(HERE, -1),
      }[title]!()
      const server = await startHttpServer(context, (_, response) => response.end(), identity)

      const { failureOf } = httpClient(context, { ca: authority.certificate })
      const error = await failureOf(server.url)
      context.assert.containsSubset(error, { failure: 'certificate_invalid', sent: false })
      context.assert.lengthOf(server.requests, 0)
    })
})

test.group('HTTP client | it may have been sent', () => {
  test('the deadline covers the whole body, however busily it drips', async (context) => {
    const server = await startHttpServer(context, (_, response) => {
      const drip = setInterval(() => response.write('x'), 10)
      response.on('close', () => clearInterval(drip))
    })
    const startedAt = performance.now()
    const error = await httpClient(context).failureOf(server.url, { deadlineMs: 250 })

    context.assert.containsSubset(error, { failure: 'timeout', sent: true })
    context.assert.isBelow(performance.now() - startedAt, 1_500)
  })

  test('over a connection that served before and is reset now', async (context) => {
    const server = await startHttpServer(context, (request, response) => {
      if (server.requests.length > 1) request.socket.resetAndDestroy()
      else response.end()
    })
    const { exchange, failureOf } = httpClient(context)
    await exchange(server.url)

    const error = await failureOf(server.url)
    context.assert.containsSubset(error, { failure: 'connection_reset', sent: true })
    context.assert.equal(server.connections, 1)
  })
})

test.group('HTTP client | a failure', () => {
  test('says what happened in words, and holds nothing of the request', async (context) => {
    const { assert } = context
    const { port } = await startTcpServer(context, (socket) => socket.resetAndDestroy())
    const error = await httpClient(context).failureOf(`http://127.0.0.1:${port}/?secret=canary`, {
      method: 'POST',
      headers: { Authorization: new Secret('Basic canary') },
      body: new Secret('client_secret=canary'),
    })

    const seen = inspect(error, { depth: Infinity, showHidden: true }) + error.stack
    assert.notInclude(seen, 'canary')
    assert.isUndefined(error.cause)
    assert.equal(error.message, 'No answer: connection reset')
  })
})
