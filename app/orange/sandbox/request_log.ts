import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { bodyFacts } from '#orange/sandbox/body_facts'
import type { FaultKind } from '#orange/sandbox/faults/fault'
import type { RouteName } from '#orange/sandbox/routes/orange_api'
import type { ApiRequest } from '#orange/sandbox/wire/api_request'

/** What arrived, without the secrets that came with it. */
export interface LoggedRequest {
  /** ISO 8601, UTC: when its head was read. */
  at: string
  method: string

  /** Without the query. */
  path: string
  route: RouteName

  /** Values that hold credentials are reduced to scheme and SHA-256 prefix. */
  headers: Record<string, string>
  body: Record<string, unknown>

  /** Status answered; null: none yet, or never. */
  status: number | null

  /** The scripted fault that was played, if any. */
  fault: FaultKind | null
}

const KEPT_REQUESTS = 5_000

const CREDENTIAL_HEADERS = /^(authorization|proxy-authorization|cookie|x-api-key)$/

/** The last requests, oldest first. */
export class RequestLog {
  #entries: LoggedRequest[] = []

  get entries(): readonly LoggedRequest[] {
    return this.#entries
  }

  add(request: ApiRequest, route: RouteName, now: number): LoggedRequest {
    const entry: LoggedRequest = {
      at: new Date(now).toISOString(),
      method: request.method,
      path: request.path,
      route,
      headers: withoutCredentials(request.headers),
      body: {},
      status: null,
      fault: null,
    }

    this.#entries.push(entry)
    if (this.#entries.length > KEPT_REQUESTS) this.#entries.shift()
    return entry
  }

  describeBody(entry: LoggedRequest, request: ApiRequest): void {
    entry.body = bodyFacts(entry.route, request.body)
  }

  clear(): void {
    this.#entries = []
  }
}

function withoutCredentials(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => {
    const line = String(value)
    return [name, CREDENTIAL_HEADERS.test(name) ? reduce(line) : line]
  })
  return Object.fromEntries(entries)
}

function reduce(value: string): string {
  const [, scheme, secret] = /^(?:([A-Za-z]+) +)?(.*)$/s.exec(value)!
  const prefix = createHash('sha256').update(secret).digest('hex').slice(0, 12)
  return [scheme, `sha256:${prefix}`].filter(Boolean).join(' ')
}
