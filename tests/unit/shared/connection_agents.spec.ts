import { once } from 'node:events'
import { get, type ClientRequest } from 'node:http'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { CONNECT_TIMEOUT_CODE, ConnectionAgents } from '#shared/connection_agents'
import { startDeafPort } from '#tests/helpers/deaf_port'
import { eventually } from '#tests/helpers/eventually'
import { freePort } from '#bin/free_port'
import { httpClient } from '#tests/unit/shared/http_exchange'
import { startHttpServer } from '#tests/unit/shared/http_server'

function startAgents({ cleanup }: TestContext, options = {}) {
  const agents = new ConnectionAgents({ connectTimeoutMs: 2_000, maxSockets: 8, ...options })
  cleanup(() => agents.destroy())
  return agents
}

async function answered(request: ClientRequest): Promise<void> {
  const [answer] = await once(request, 'response')
  answer.resume()
  await once(answer, 'end')
}

test.group('Connection agents', () => {
  test('know a connection that became ready, also when it is gone', async (context) => {
    const { assert } = context
    const server = await startHttpServer(context, (_, response) => response.end())
    const agents = startAgents(context)
    const request = get(server.url, { agent: agents.http })

    await answered(request)
    assert.isTrue(agents.wasReady(request.socket))
    agents.destroy()
    assert.isTrue(agents.wasReady(request.socket))
  })

  test('know that one that was refused never became ready', async (context) => {
    const agents = startAgents(context)
    const request = get(`http://127.0.0.1:${await freePort()}`, { agent: agents.http })

    const [error] = await once(request, 'error')
    context.assert.equal(error.code, 'ECONNREFUSED')
    context.assert.isFalse(agents.wasReady(request.socket))
  })

  test('know nothing of no connection, nor of those of others', async (context) => {
    const { assert } = context
    const server = await startHttpServer(context, (_, response) => response.end())
    const request = get(server.url, { agent: startAgents(context).http })
    await answered(request)

    const agents = startAgents(context)
    assert.isFalse(agents.wasReady(request.socket))
    assert.isFalse(agents.wasReady(undefined))
    assert.isFalse(agents.wasReady(null))
  })

  test('give up connecting in time', async (context) => {
    const port = await startDeafPort(context)
    const { http } = startAgents(context, { connectTimeoutMs: 50 })
    const [error] = await once(get(`http://127.0.0.1:${port}`, { agent: http }), 'error')
    context.assert.equal(error.code, CONNECT_TIMEOUT_CODE)
  })

  test('bound the connecting only: a slow answer may take longer', async (context) => {
    const server = await startHttpServer(context, (_, response) => {
      setTimeout(() => response.end('late'), 200)
    })
    const { exchange } = httpClient(context, { connectTimeoutMs: 50 })
    context.assert.equal((await exchange(server.url)).body, 'late')
  })

  test('open no more connections than they may', async (context) => {
    const { assert } = context
    const server = await startHttpServer(context, (_, response) => {
      setImmediate(() => response.end('{}'))
    })
    const { exchange } = httpClient(context, { maxSockets: 2 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(server.url)))

    assert.isTrue(answers.every(({ status }) => status === 200))
    assert.equal(server.mostAtOnce, 2)
  })

  test('close what is idle when they are destroyed', async (context) => {
    const server = await startHttpServer(context, (_, response) => response.end())
    const agents = startAgents(context)
    await answered(get(server.url, { agent: agents.http }))
    context.assert.equal(server.open, 1)

    agents.destroy()
    await eventually(() => server.open === 0, 'the idle connection is closed')
  })
})
