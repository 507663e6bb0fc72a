import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { ConnectionDrain } from '#shared/connection_drain'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'

const LONGEST_MS = 25_000

/** A server that answers when the test does, and a caller who keeps one connection. */
async function drained({ cleanup }: Pick<TestContext, 'cleanup'>) {
  const asked: ServerResponse[] = []
  const server = createServer((_, response) => void asked.push(response))
  const clock = new ManualClock()
  const drain = new ConnectionDrain({ server, clock, longestMs: LONGEST_MS })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  cleanup(() => {
    agent.destroy()
    server.closeAllConnections()
    server.close()
  })

  /** Resolves when the server has been asked. */
  const ask = async () => {
    const before = asked.length
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      const asking = request({ port, host: '127.0.0.1', agent }, (got) => {
        got.resume().once('end', () => resolve(got))
      })
      asking.once('error', reject).end()
    })
    answer.catch(() => {})
    await eventually(() => asked.length > before, 'the request arrives')
    return { answer, response: asked.at(-1)! }
  }
  const open = () =>
    new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))

  return { ask, clock, drain, open, port }
}

test.group('A server that ends', () => {
  test('answers what was asked before, and says that it is the last answer', async (context) => {
    const { assert } = context
    const { ask, drain } = await drained(context)
    const { answer, response } = await ask()

    const ended = drain.end()
    response.end('done')

    const { headers } = await answer
    assert.equal(headers.connection, 'close')
    assert.equal(await ended, 0)
  })

  test('answers once more on a connection that was kept', async (context) => {
    const { assert } = context
    const { ask, drain } = await drained(context)
    const first = await ask()
    first.response.end()
    await first.answer

    const ended = drain.end()
    const second = await ask()
    second.response.end()

    const { headers } = await second.answer
    assert.equal(headers.connection, 'close')
    assert.equal(await ended, 0)
  })

  test('takes no new connection', async (context) => {
    const { assert } = context
    const { ask, drain, port } = await drained(context)
    const { response } = await ask()

    const ended = drain.end()
    const stranger = connect(port, '127.0.0.1')
    const [error] = await once(stranger, 'error')

    assert.equal(error.code, 'ECONNREFUSED')
    response.end()
    await ended
  })

  test('waits a second for callers who keep a connection and ask nothing', async (context) => {
    const { assert } = context
    const { ask, clock, drain, open } = await drained(context)
    const { answer, response } = await ask()
    response.end()
    await answer

    const ended = drain.end()
    await clock.advance(999)
    assert.equal(await open(), 1)
    await clock.advance(1)

    assert.equal(await ended, 0)
    assert.equal(clock.pending, 0)
  })

  test('also for those who have never asked', async (context) => {
    const { assert, cleanup } = context
    const { clock, drain, open, port } = await drained(context)
    const silent = connect(port, '127.0.0.1')
    cleanup(() => void silent.destroy())
    await eventually(async () => (await open()) === 1)

    const ended = drain.end()
    await clock.advance(1_000)

    assert.equal(await ended, 0)
  }).timeout(2_000)

  test('cuts off what takes too long, and says how much it was', async (context) => {
    const { assert } = context
    const { ask, clock, drain } = await drained(context)
    const { answer } = await ask()

    const ended = drain.end()
    await clock.advance(LONGEST_MS - 1)
    await clock.advance(1)

    assert.equal(await ended, 1)
    await assert.rejects(() => answer, /socket hang up/)
    assert.equal(clock.pending, 0)
  })
})
