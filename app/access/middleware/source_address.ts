import { isIP } from 'node:net'
import type { HttpRequest } from '@adonisjs/core/http'

/**
 * Where a request came from: what trusted proxies say, if it is an address at all.
 * Forwarded headers are text that anybody may write, so anything else is not repeated.
 */
export function sourceAddress(request: HttpRequest): string | undefined {
  const candidates = [request.ip(), request.request.socket.remoteAddress]
  return candidates.find((candidate) => candidate && isIP(candidate))
}
