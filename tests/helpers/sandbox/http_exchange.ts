import { once } from 'node:events'
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'

export interface HttpExchangeOptions extends RequestOptions {
  body?: string

  /** After which the exchange fails with ETIMEDOUT. */
  timeoutMs?: number
  ca?: string
}

/** What reached the client, whether or not it was a whole answer. */
export interface ReceivedAnswer {
  status: number | undefined
  headers: IncomingHttpHeaders
  body: Buffer
  informational: number

  /** Code of the error that ended the exchange; undefined: it was complete. */
  failure: string | undefined
}

/** One request on a connection of its own; failures are part of the result. */
export async function httpExchange(
  url: string,
  { body, timeoutMs = 4_000, ...options }: HttpExchangeOptions = {}
): Promise<ReceivedAnswer> {
  const received: ReceivedAnswer = {
    status: undefined,
    headers: {},
    body: Buffer.alloc(0),
    informational: 0,
    failure: undefined,
  }
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  const request = send(url, { agent: false, ...options })
  const fail = (error: NodeJS.ErrnoException) => (received.failure ??= error.code ?? error.message)
  const timer = setTimeout(() => request.destroy(timedOut()), timeoutMs)

  try {
    // Says more than the error of the answer's stream, and comes before it.
    request.on('error', fail)
    request.on('information', () => received.informational++)
    request.end(body)

    const [answer] = await once(request, 'response')
    const { statusCode: status, headers } = answer
    Object.assign(received, { status, headers })
    for await (const chunk of answer) received.body = Buffer.concat([received.body, chunk])
  } catch (error) {
    fail(error as NodeJS.ErrnoException)
  } finally {
    clearTimeout(timer)
    request.destroy()
  }
  return received
}

function timedOut(): Error {
  return Object.assign(new Error('The exchange took too long'), { code: 'ETIMEDOUT' })
}
