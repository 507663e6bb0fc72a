import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import type { FaultOf } from '#orange/sandbox/faults/fault'

type ConnectionFault = FaultOf<'hang'> | FaultOf<'reset'>

export interface ListenerOptions {
  port: number

  /** With it, the sandbox speaks https. */
  tls?: TlsOptions
  onRequest: (message: IncomingMessage, response: ServerResponse) => Promise<void>

  /** Asked for each connection before a byte of it is read. */
  connectionFault: () => ConnectionFault | undefined
}

/** The longest that a client may keep an idle connection: as nginx does by default. */
const IDLE_MS = 75_000

/** The loopback port: connections are accepted here and handed to the HTTP server. */
export class Listener {
  readonly #options: ListenerOptions
  readonly #http: Server
  readonly #accepting = createServer({ noDelay: true })
  readonly #sockets = new Map<number, Socket>()
  #port: number
  #reopening: NodeJS.Timeout | undefined

  constructor(options: ListenerOptions) {
    const { tls, port } = options
    const onRequest = (message: IncomingMessage, response: ServerResponse) =>
      void this.#serve(message, response)

    this.#options = options
    this.#port = port
    this.#http = tls ? createHttpsServer(tls, onRequest) : createHttpServer(onRequest)
    this.#http.keepAliveTimeout = IDLE_MS
    this.#accepting.on('connection', (socket) => this.#accept(socket))
  }

  get port(): number {
    return this.#port
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#accepting.once('error', reject)
      this.#accepting.listen({ port: this.#port, host: '127.0.0.1' }, () => {
        this.#accepting.off('error', reject)
        resolve()
      })
    })
    this.#port = (this.#accepting.address() as AddressInfo).port
  }

  /** Resolves when the port is free and every connection has ended. */
  async close(): Promise<void> {
    clearTimeout(this.#reopening)

    const closed = this.#stopAccepting()
    this.#destroyAll()
    await closed
  }

  /** Closed from now on, open again on the same port after `forMs`. */
  refuseFor(forMs: number): void {
    clearTimeout(this.#reopening)

    const closed = this.#stopAccepting()
    // Not at once: the request that asked for this may still have to be answered.
    setImmediate(() => this.#destroyAll())
    this.#reopening = setTimeout(() => void closed.then(() => this.open()), forMs)
  }

  /** Ends a pause of {@link refuseFor} early. */
  async reopen(): Promise<void> {
    clearTimeout(this.#reopening)
    if (!this.#accepting.listening) await this.open()
  }

  /** Resets the connection that comes from this port of the client. */
  reset(remotePort: number | undefined): void {
    const socket = this.#sockets.get(remotePort ?? -1)
    socket?.resetAndDestroy()
  }

  /** A client that leaves before its request is complete is not told anything. */
  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#options.onRequest(message, response)
    } catch (error) {
      if (message.complete) throw error
    }
  }

  #accept(socket: Socket): void {
    const remotePort = socket.remotePort ?? -1
    this.#sockets.set(remotePort, socket)
    socket.once('close', () => this.#sockets.delete(remotePort))
    // A client may reset a connection that no server reads: its own affair.
    socket.on('error', () => socket.destroy())

    const fault = this.#options.connectionFault()
    if (fault?.kind === 'reset') socket.resetAndDestroy()
    else if (fault?.kind !== 'hang') this.#http.emit('connection', socket)
  }

  #stopAccepting(): Promise<void> {
    return new Promise((resolve) => this.#accepting.close(() => resolve()))
  }

  #destroyAll(): void {
    for (const socket of this.#sockets.values()) socket.destroy()
  }
}
