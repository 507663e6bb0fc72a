import { test } from '@japa/runner'
import { connect } from 'node:net'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { WrongUse } from '../../../commands/_answering_command.js'
import { LoopbackCallback } from '../../../commands/_loopback_callback.js'

/** Sends a request whose target no client of the standard library would send. */
async function ask(uri: string, target: string): Promise<string> {
  const { port } = new URL(uri)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)
  return text(socket)
}

test.group('Where a browser on this machine comes back to', () => {
  test('outlives a request for nothing that is an address', async ({ assert, cleanup }) => {
    const callback = await LoopbackCallback.listen()
    cleanup(() => callback.close())
    const thrown: unknown[] = []
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => thrown.push(error))
    cleanup(() => {
      process.removeAllListeners('uncaughtException')
      for (const listener of listeners) process.on('uncaughtException', listener)
    })

    void ask(callback.uri, '//').catch(() => {})
    await fetch(`${callback.uri}?state=mine`)
    await new Promise((resolve) => setImmediate(resolve))

    assert.deepEqual(thrown, [])
  })

  test('says that a port is none, as it says that one is taken', async ({ assert }) => {
    const failure = await LoopbackCallback.listen(99_999).catch((error: unknown) => error)
    assert.instanceOf(failure, WrongUse)
  })
})
