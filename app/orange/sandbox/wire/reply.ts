/** One answer, before it is put on the wire. */
export interface Reply {
  status: number
  headers: Record<string, string | string[]>
  body: Buffer
}

/** What a route makes of a request; null: it says nothing at all, ever. */
export type RouteResult = Reply | null

/** Found on every recorded answer. */
const RECORDED_HEADERS = {
  'Server': 'nginx',
  'Strict-Transport-Security': 'max-age=15768000;',
}

export function jsonReply(status: number, value: unknown, headers = {}): Reply {
  return jsonTextReply(status, JSON.stringify(value), headers)
}

/** For the bodies whose very white space was recorded. */
export function jsonTextReply(status: number, body: string, headers = {}): Reply {
  return {
    status,
    headers: { ...RECORDED_HEADERS, 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(body),
  }
}
