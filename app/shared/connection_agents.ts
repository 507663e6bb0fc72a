import { Agent as HttpAgent, type AgentOptions } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { type TLSSocket } from 'node:tls'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export const CONNECT_TIMEOUT_CODE = 'E_CONNECT_TIMEOUT'

export interface ConnectionOptions {
  /** The longest a connection may take to be ready for the request, TLS included. */
  connectTimeoutMs: number

  /** Connections to one host at the same time. */
  maxSockets: number

  /** Certificate authorities to trust in place of Node's own. */
  ca?: string
}

/**
 * Keep-alive agents that bound the connecting phase and remember which sockets
 * ever became ready: a request whose socket never did was certainly not sent.
 */
export class ConnectionAgents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
  readonly #ready = new WeakSet<Duplex>()

  constructor(options: ConnectionOptions) {
    const agentOptions: AgentOptions = { keepAlive: true, maxSockets: options.maxSockets }
    this.http = new HttpAgent(agentOptions)
    this.https = new HttpsAgent({ ...agentOptions, ca: options.ca })
    this.#watch(this.http, 'connect', options.connectTimeoutMs)
    this.#watch(this.https, 'secureConnect', options.connectTimeoutMs)
  }

  wasReady(socket?: Duplex | null): boolean {
    return socket ? this.#ready.has(socket) : false
  }

  destroy(): void {
    this.http.destroy()
    this.https.destroy()
  }

  #watch(agent: HttpAgent, readyEvent: 'connect' | 'secureConnect', timeoutMs: number): void {
    const createConnection = agent.createConnection.bind(agent)

    agent.createConnection = (options, callback) => {
      const socket = createConnection(options, callback) as Socket | TLSSocket
      const timer = setTimeout(() => {
        socket.destroy(
          Object.assign(new Error('Connecting took too long'), { code: CONNECT_TIMEOUT_CODE })
        )
      }, timeoutMs)

      socket.once(readyEvent, () => {
        this.#ready.add(socket)
        clearTimeout(timer)
      })
      socket.once('close', () => clearTimeout(timer))
      return socket
    }
  }
}
