import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LoggedRequest } from '#orange/sandbox/request_log'
import { readBody, type ApiRequest } from '#orange/sandbox/wire/api_request'
import type { Reply } from '#orange/sandbox/wire/reply'

export interface ExchangeParts {
  message: IncomingMessage
  response: ServerResponse
  request: ApiRequest
  entry: LoggedRequest

  /** Ends the connection with a TCP reset. */
  reset: () => void
}

/** One request on the wire and the ways to answer it, right and wrong. */
export class Exchange {
  readonly request: ApiRequest
  readonly response: ServerResponse
  readonly #parts: ExchangeParts

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.request = parts.request
    this.response = parts.response
  }

  /** False when the body is too long. */
  async readBody(limit: number): Promise<boolean> {
    const body = await readBody(this.#parts.message, limit)
    if (body === undefined) return false

    this.request.body = body
    return true
  }

  send(reply: Reply): void {
    this.writeHead(reply)
    this.response.end(reply.body)
  }

  /** `headers` go before those of the reply. The length is the body's unless one is given. */
  writeHead(reply: Reply, headers: Record<string, string | number> = {}): void {
    const given = { ...reply.headers, ...headers }
    const framed = Object.keys(given).some((name) =>
      /^(content-length|transfer-encoding)$/i.test(name)
    )
    const bodiless = reply.status === 204 || reply.status === 304
    const length = framed || bodiless ? {} : { 'Content-Length': reply.body.length }

    this.#parts.entry.status = reply.status
    this.response.writeHead(reply.status, { ...given, ...length })
  }

  /** Bytes that are not necessarily HTTP. */
  writeRaw(bytes: string): void {
    this.response.socket?.write(bytes)
  }

  /** Resolves once what was written so far has left; at once if the client is gone. */
  async write(bytes: Buffer): Promise<void> {
    if (this.isOver || bytes.length === 0) return
    if (!this.response.write(bytes))
      await Promise.race([once(this.response, 'drain'), this.#closed()])
  }

  reset(): void {
    this.#parts.reset()
  }

  /** Ends the connection in good order once what was written has left. */
  hangUp(): void {
    this.response.socket?.destroySoon()
  }

  get isOver(): boolean {
    return this.response.destroyed || this.response.writableEnded
  }

  #closed(): Promise<unknown> {
    return once(this.response, 'close')
  }
}
