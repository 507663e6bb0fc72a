import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { Server as TcpServer, type Socket } from 'node:net'
import type { Cancel, Clock } from '#shared/clock'

export interface ConnectionDrainOptions {
  server: Server
  clock: Clock

  /** How long callers have for what they began, in milliseconds. */
  longestMs: number
}

/** A caller who keeps a connection and asks nothing for this long is asked to leave. */
const IDLE_MS = 1_000

/** Ends a server without cutting callers off who have begun to ask. */
export class ConnectionDrain {
  readonly #options: ConnectionDrainOptions
  readonly #connections = new Set<Socket>()
  readonly #unanswered = new Set<ServerResponse>()
  #ending = false

  constructor(options: ConnectionDrainOptions) {
    this.#options = options
    options.server.on('connection', (socket) => this.#connected(socket))
    options.server.prependListener('request', (_, response) => this.#began(response))
  }

  /**
   * Takes no new connection, gives each that is open its last answer, and resolves when
   * none is left.
   *
   * @returns how many requests had to be cut off
   */
  async end(): Promise<number> {
    const { server, clock, longestMs } = this.#options
    this.#ending = true
    for (const response of this.#unanswered) makeLast(response)

    const closed = once(server, 'close')
    // The server's own close() cuts idle connections at once, with requests that are on their way.
    TcpServer.prototype.close.call(server)

    let cutOff = 0
    const cancelIdle = this.#closeIdle()
    const cancelRest = clock.after(longestMs, () => {
      cutOff = this.#unanswered.size
      server.closeAllConnections()
    })
    await closed
    cancelIdle()
    cancelRest()
    return cutOff
  }

  #connected(socket: Socket): void {
    this.#connections.add(socket)
    socket.once('close', () => this.#connections.delete(socket))
  }

  #began(response: ServerResponse): void {
    if (this.#ending) makeLast(response)
    this.#unanswered.add(response)
    response.once('close', () => this.#unanswered.delete(response))
  }

  /** Again and again: a caller may become idle at any time. */
  #closeIdle(): Cancel {
    const { server, clock } = this.#options
    let cancel: Cancel = () => {}
    const plan = () => {
      cancel = clock.after(IDLE_MS, () => {
        server.closeIdleConnections()
        this.#closeSilent()
        plan()
      })
    }
    plan()
    return () => cancel()
  }

  /** To Node, a connection on which nothing was ever asked is not idle. */
  #closeSilent(): void {
    for (const socket of this.#connections) if (socket.bytesRead === 0) socket.destroy()
  }
}

/** The connection ends with this answer, unless it is being given already. */
function makeLast(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close')
}
