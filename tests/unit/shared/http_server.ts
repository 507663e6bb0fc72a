import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestContext } from '@japa/runner/core'
import type { Identity } from '#tests/helpers/tls_authority'

export interface HttpServer {
  url: string

  /** Requests that arrived, in order. */
  requests: IncomingMessage[]

  /** Connections accepted so far, and the most that were open at one time. */
  connections: number
  mostAtOnce: number

  /** Connections that are open now. */
  open: number
}

/** A real server on loopback, with HTTPS if it is given an identity. Gone with the test. */
export async function startHttpServer(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  answer: RequestListener,
  tls?: Identity
): Promise<HttpServer> {
  const seen: HttpServer = { url: '', requests: [], connections: 0, mostAtOnce: 0, open: 0 }
  const onRequest: RequestListener = (request, response) => {
    seen.requests.push(request)
    answer(request, response)
  }
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest)

  server.on('connection', (socket) => {
    seen.connections++
    seen.mostAtOnce = Math.max(seen.mostAtOnce, ++seen.open)
    // Clients leave when they have had enough.
    socket.on('error', () => socket.destroy())
    socket.once('close', () => seen.open--)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  seen.url = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`

  cleanup(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  return seen
}
