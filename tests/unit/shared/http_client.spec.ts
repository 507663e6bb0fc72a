import { gzipSync } from 'node:zlib'
import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { setEnvironment } from '#tests/helpers/environment'
import { startTcpServer } from '#tests/helpers/tcp_server'
import { TlsAuthority } from '#tests/helpers/tls_authority'
import { httpClient } from '#tests/unit/shared/http_exchange'
import { startHttpServer } from '#tests/unit/shared/http_server'

const LIMIT = 64 * 1024

test.group('HTTP client | one exchange', () => {
  test('status {$self} is an answer like any other')
    .with([200, 204, 302, 401, 404, 429, 500, 503, 599])
    .run(async (context, status) => {
      const server = await startHttpServer(context, (_, response) => {
        response.writeHead(status, { 'X-Some-Thing': 'Value' }).end()
      })
      const answer = await httpClient(context).exchange(server.url)

      context.assert.equal(answer.status, status)
      context.assert.equal(answer.headers['x-some-thing'], 'Value')
    })

  test('the request arrives as it was made, secrets released', async (context) => {
    const { assert } = context
    const bodies: string[] = []
    const server = await startHttpServer(context, async (request, response) => {
      for await (const chunk of request) bodies.push(String(chunk))
      response.end()
    })

    await httpClient(context).exchange(`${server.url}/path?a=b`, {
      method: 'POST',
      headers: { 'Authorization': new Secret('Basic canary'), 'Content-Type': 'text/plain' },
      body: new Secret('a=b&c=%20'),
    })

    const [{ method, url, headers }] = server.requests
    assert.deepEqual([method, url], ['POST', '/path?a=b'])
    assert.containsSubset(headers, {
      'authorization': 'Basic canary',
      'content-type': 'text/plain',
    })
    assert.deepEqual(bodies, ['a=b&c=%20'])
  })

  test('a body comes as it is, whatever it says it is: {shown}')
    .with(
      ['', '{"a":1,}', '\ufeff{}', '<html>', 'é€😀', ' \n'].map((body) => ({
        body,
        shown: JSON.stringify(body),
      }))
    )
    .run(async (context, { body }) => {
      const server = await startHttpServer(context, (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(body)
      })
      context.assert.equal((await httpClient(context).exchange(server.url)).body, body)
    })

  test('a body that is no UTF-8 is none', async (context) => {
    const server = await startHttpServer(context, (_, response) => {
      response.end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))
    })
    const { status, body } = await httpClient(context).exchange(server.url)
    context.assert.equal(status, 200)
    context.assert.isUndefined(body)
  })

  test('a compressed body is unpacked', async (context) => {
    const server = await startHttpServer(context, (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'))
    })
    context.assert.equal((await httpClient(context).exchange(server.url)).body, '{"a":1}')
  })

  test('a redirect ({$self}) is answered, and nobody goes there')
    .with([301, 302, 303, 307, 308])
    .run(async (context, status) => {
      const elsewhere = await startHttpServer(context, (_, response) => response.end())
      const server = await startHttpServer(context, (_, response) => {
        response.writeHead(status, { location: `${elsewhere.url}/token` }).end()
      })
      const headers = { Authorization: new Secret('Basic canary') }
      const answer = await httpClient(context).exchange(server.url, { headers })

      context.assert.equal(answer.status, status)
      context.assert.equal(elsewhere.connections, 0)
      context.assert.lengthOf(server.requests, 1)
    })
})

test.group('HTTP client | 64 KB are enough', () => {
  test('a body of just 64 KB is read, one byte more is not', async (context) => {
    const { assert } = context
    const server = await startHttpServer(context, ({ url }, response) => {
      response.end('x'.repeat(Number(url!.slice(1))))
    })
    const { exchange, failureOf } = httpClient(context)

    assert.lengthOf((await exchange(`${server.url}/${LIMIT}`)).body!, LIMIT)
    assert.containsSubset(await failureOf(`${server.url}/${LIMIT + 1}`), {
      failure: 'too_large',
      sent: true,
    })
  })

  test('the limit holds for what comes out of gzip', async (context) => {
    const { assert } = context
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024))
    const server = await startHttpServer(context, ({ url }, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(url === '/bomb' ? bomb : gzipSync('x'.repeat(LIMIT)))
    })
    const { exchange, failureOf } = httpClient(context)

    assert.isBelow(bomb.length, LIMIT)
    assert.equal((await failureOf(`${server.url}/bomb`)).failure, 'too_large')
    assert.lengthOf((await exchange(`${server.url}/fits`)).body!, LIMIT)
  })

  test('a body without an end is given up at the limit, not at the deadline', async (context) => {
    const server = await startHttpServer(context, (_, response) => {
      const chunk = 'x'.repeat(4096)
      const pour = () => {
        while (response.writable && response.write(chunk));
      }
      response.on('drain', pour).on('error', () => {})
      pour()
    })
    const { failureOf } = httpClient(context)

    const { failure } = await failureOf(server.url, { deadlineMs: 20_000 })
    context.assert.equal(failure, 'too_large')
  })
})

test.group('HTTP client | connections', () => {
  test('one connection serves one exchange after the other', async (context) => {
    const server = await startHttpServer(context, (_, response) => response.end('{}'))
    const { exchange } = httpClient(context)

    for (let round = 0; round < 5; round++) await exchange(server.url, { method: 'POST', body: '' })
    context.assert.lengthOf(server.requests, 5)
    context.assert.equal(server.connections, 1)
  })

  test('one TLS connection as well', async (context) => {
    const authority = new TlsAuthority(context)
    const identity = authority.issue('IP:127.0.0.1')
    const server = await startHttpServer(context, (_, response) => response.end('{}'), identity)
    const { exchange } = httpClient(context, { ca: authority.certificate })

    for (let round = 0; round < 3; round++) await exchange(server.url)
    context.assert.equal(server.connections, 1)
  })

  test('proxies that the environment names see nothing', async (context) => {
    const { assert } = context
    const proxy = await startTcpServer(context, (socket) => socket.destroy())
    const address = `http://127.0.0.1:${proxy.port}`
    const names = ['http_proxy', 'https_proxy', 'all_proxy']
    const variables = [...names, ...names.map((name) => name.toUpperCase())].map(
      (name) => [name, address] as const
    )
    setEnvironment(context, { ...Object.fromEntries(variables), no_proxy: '', NO_PROXY: '' })

    const authority = new TlsAuthority(context)
    const identity = authority.issue('IP:127.0.0.1')
    const plain = await startHttpServer(context, (_, response) => response.end('plain'))
    const tls = await startHttpServer(context, (_, response) => response.end('tls'), identity)
    const { exchange } = httpClient(context, { ca: authority.certificate })

    assert.equal((await exchange(plain.url)).body, 'plain')
    assert.equal((await exchange(tls.url)).body, 'tls')
    assert.equal(proxy.connections, 0)
  })
})
