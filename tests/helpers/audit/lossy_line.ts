import { connect, type Socket } from 'node:net'
import type { TestContext } from '@japa/runner/core'
import { startTcpServer } from '#tests/helpers/tcp_server'

/**
 * What becomes of a COMMIT: it gets lost on its way to the server, or the server's answer to
 * it gets lost, and either the connection ends, or nobody hears anything any more.
 */
export type Loss = 'question' | 'answer' | 'silence'

/** As `Query` of PostgreSQL's protocol has it, behind its length. */
const COMMIT = 'COMMIT;\0'

/** A line to a PostgreSQL server that loses commits when `next` says so. */
export async function lossyLine(context: Pick<TestContext, 'cleanup'>, target: URL) {
  const line = { url: new URL(target), lost: 0, next: (): Loss | undefined => undefined }

  const { port } = await startTcpServer(context, (near) => {
    const far = connect(Number(target.port || 5432), target.hostname)
    let loss: Loss | undefined

    near.on('data', (chunk) => {
      if (chunk.includes(COMMIT)) loss = line.next()
      if (loss) line.lost += 1
      if (loss === 'question') end(near, far)
      else far.write(chunk)
    })
    far.on('data', (chunk) => {
      if (loss === 'answer') end(near, far)
      else if (loss !== 'silence') near.write(chunk)
    })

    for (const [socket, other] of [
      [near, far],
      [far, near],
    ]) {
      socket.on('error', () => other.destroy())
      socket.on('close', () => other.destroy())
    }
  })

  line.url.host = `127.0.0.1:${port}`
  return line
}

function end(...sockets: Socket[]): void {
  for (const socket of sockets) socket.destroy()
}
