import { text } from 'node:stream/consumers'
import type { IncomingHttpHeaders } from 'node:http'
import type { TestContext } from '@japa/runner/core'
import { startHttpServer } from '#tests/unit/shared/http_server'

/** A request as a server of tokens sees it. */
export interface TokenServerRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders

  /** The body, read as what it says that it is. */
  members: Record<string, unknown>
  body: string
}

export interface TokenServerAnswer {
  status?: number
  headers?: Record<string, string>
  body?: unknown
}

export type TokenServer = Awaited<ReturnType<typeof startTokenServer>>

/** A real server of tokens on loopback, which answers as a test says and keeps what it was asked. */
export async function startTokenServer(
  context: Pick<TestContext, 'cleanup'>,
  answer: (request: TokenServerRequest) => TokenServerAnswer | Promise<TokenServerAnswer>
) {
  const requests: TokenServerRequest[] = []

  const server = await startHttpServer(context, async (incoming, response) => {
    const { method = '', url: path = '', headers } = incoming
    const body = await text(incoming)
    const request = { method, path, headers, body, members: membersOf(body, headers) }
    requests.push(request)

    const answered = await answer(request)
    const type = { 'content-type': 'application/json' }
    response.writeHead(answered.status ?? 200, { ...type, ...answered.headers })
    response.end(answered.body === undefined ? '' : JSON.stringify(answered.body))
  })
  return { url: server.url, requests }
}

function membersOf(body: string, headers: IncomingHttpHeaders): Record<string, unknown> {
  if (headers['content-type'] === 'application/json') return JSON.parse(body)

  const form = new URLSearchParams(body)
  const valueOf = (name: string) =>
    form.getAll(name).length > 1 ? form.getAll(name) : form.get(name)
  return Object.fromEntries([...new Set(form.keys())].map((name) => [name, valueOf(name)]))
}
