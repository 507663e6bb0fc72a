export interface ClientCredentials {
  id: string
  secret: string
}

const BASIC = /^Basic +(.*)$/i

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Reads a Basic Authorization header (RFC 7617); undefined when there is none. */
export function readBasic(
  header: string | undefined
): ClientCredentials | 'undecodable' | undefined {
  const encoded = BASIC.exec(header ?? '')?.[1].trim()
  if (encoded === undefined) return
  if (!BASE64.test(encoded)) return 'undecodable'

  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 0) return 'undecodable'
  return { id: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }
}
