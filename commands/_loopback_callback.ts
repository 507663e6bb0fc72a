import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WrongUse } from './_answering_command.js'

const PATH = '/callback'

/** Where a browser on this machine comes back to (RFC 8252 §7.3). */
export class LoopbackCallback {
  readonly #server: Server
  readonly #came: Promise<URLSearchParams>

  /** Of the browser that is waited for: any page can send others here. */
  #state?: string

  private constructor(server: Server) {
    this.#server = server
    this.#came = new Promise((resolve) => {
      server.on('request', (request, response) => {
        // Not every target of a request is an address.
        const [pathname, query = ''] = (request.url ?? '').split('?', 2)
        const searchParams = new URLSearchParams(query)
        const state = searchParams.get('state')
        const expected = pathname === PATH && state !== null && state === this.#state
        response.writeHead(expected ? 200 : 404, {
          'content-type': 'text/plain',
          'referrer-policy': 'no-referrer',
          'connection': 'close',
        })
        response.end(expected ? 'You may close this window and look at the terminal.' : 'Not here.')
        if (expected) resolve(searchParams)
      })
    })
  }

  /**
   * @param port any free one without it
   * @throws {WrongUse} when it is taken
   */
  static async listen(port = 0): Promise<LoopbackCallback> {
    const server = createServer()
    try {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    } catch {
      throw new WrongUse(`Port ${port} cannot be listened on.`)
    }
    return new LoopbackCallback(server)
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${PATH}`
  }

  /**
   * What the browser brings that comes back with this state.
   *
   * @param until when it is waited for, in milliseconds since 1970
   * @returns undefined when nobody came
   */
  async answer(state: string, until: number): Promise<URLSearchParams | undefined> {
    this.#state = state
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), until - Date.now())
    })
    try {
      return await Promise.race([this.#came, late])
    } finally {
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}
