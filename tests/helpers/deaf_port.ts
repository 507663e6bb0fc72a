import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { TestContext } from '@japa/runner/core'

/** Listens with room for one waiting connection, and then never comes back to accept any. */
const LISTEN_AND_SLEEP = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })
`

/** More than the queue of the port holds. */
const FILLERS = 4

/** A port at which the handshake of TCP gets no answer: the queue behind it is full. */
export async function startDeafPort({ cleanup }: Pick<TestContext, 'cleanup'>): Promise<number> {
  const worker = new Worker(LISTEN_AND_SLEEP, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  const fillers = Array.from({ length: FILLERS }, () => fill(port))

  cleanup(async () => {
    for (const filler of fillers) filler.destroy()
    await worker.terminate()
  })
  return port
}

function fill(port: number): Socket {
  return connect(port, '127.0.0.1').on('error', () => {})
}
