import type { IncomingMessage, ServerResponse } from 'node:http'
import { gatewayError } from '#orange/sandbox/answers/gateway_answers'
import type { FaultQueue } from '#orange/sandbox/faults/fault_queue'
import { play } from '#orange/sandbox/faults/players'
import type { LoggedRequest, RequestLog } from '#orange/sandbox/request_log'
import { routeOf, type OrangeApi } from '#orange/sandbox/routes/orange_api'
import { readHead } from '#orange/sandbox/wire/api_request'
import { Exchange } from '#orange/sandbox/wire/exchange'
import type { RouteResult } from '#orange/sandbox/wire/reply'

export interface RequestHandlerParts {
  api: OrangeApi
  faults: FaultQueue
  log: RequestLog
  now: () => number
  random: () => number
  reset: (remotePort: number | undefined) => void

  /** Told of each request when it is answered, or when the client has given up. */
  onExchange: (entry: LoggedRequest) => void
}

/** No request to Orange comes near this size, in bytes. */
const BODY_LIMIT = 256 * 1024

/** Takes a request for Orange from the wire through log and faults to the API and back. */
export class RequestHandler {
  readonly #parts: RequestHandlerParts

  constructor(parts: RequestHandlerParts) {
    this.#parts = parts
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { api, faults, log, now, random, onExchange, reset } = this.#parts
    const request = readHead(message)
    const route = routeOf(request)
    const entry = log.add(request, route, now())
    response.once('close', () => onExchange(entry))

    const { remotePort } = message.socket
    const parts = { message, response, request, entry, reset: () => reset(remotePort) }
    const exchange = new Exchange(parts)
    const fault = faults.take(route)
    entry.fault = fault?.kind ?? null

    const unread = fault?.kind === 'reset' && (fault.at ?? 'request') === 'request'
    if (unread && !fault.accepted) return exchange.reset()
    if (!(await exchange.readBody(BODY_LIMIT))) return refuseTooLarge(exchange)
    log.describeBody(entry, request)

    let result: Promise<RouteResult> | undefined
    const answer = () => (result ??= api.answer(request))
    if (fault) return play(fault, { exchange, answer, random })

    const reply = await answer()
    if (reply) exchange.send(reply)
  }
}

/** What is left of the body is not read: the connection cannot be used again. */
function refuseTooLarge(exchange: Exchange): void {
  exchange.response.once('finish', () => exchange.hangUp())
  exchange.send(gatewayError(66, { headers: { Connection: 'close' } }))
}
