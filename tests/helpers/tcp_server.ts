import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { TestContext } from '@japa/runner/core'

export interface TcpServer {
  port: number

  /** Connections accepted so far. */
  connections: number
}

/** Listens on loopback and does with each connection what it is told, HTTP or not. */
export async function startTcpServer(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  onConnection: (socket: Socket) => void
): Promise<TcpServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    started.connections++
    sockets.add(socket)
    // Clients leave when they have had enough.
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
    onConnection(socket)
  })
  const started: TcpServer = { port: 0, connections: 0 }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  started.port = (server.address() as AddressInfo).port

  cleanup(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return started
}
