import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** One request as the routes see it: read to its end, its path decoded. */
export interface ApiRequest {
  method: string

  /** As it came, without the query. */
  path: string

  /** Segments of the path, percent-decoded; undefined when they cannot be decoded. */
  segments: string[] | undefined

  headers: IncomingHttpHeaders
  body: Buffer
}

/** Everything but the body. */
export function readHead(message: IncomingMessage): ApiRequest {
  const [path] = (message.url ?? '/').split('?', 1)

  return {
    method: message.method ?? 'GET',
    path,
    segments: decodeSegments(path),
    headers: message.headers,
    body: Buffer.alloc(0),
  }
}

/**
 * The body; undefined when it is longer than `limit` bytes.
 *
 * @throws When the client goes away before its end.
 */
export async function readBody(
  message: IncomingMessage,
  limit: number
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0

  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > limit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A plus sign stays a plus sign: it is part of a phone number here, never a space. */
function decodeSegments(path: string): string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent)
  } catch {
    return undefined
  }
}
