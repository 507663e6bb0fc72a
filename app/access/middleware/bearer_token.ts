import { Secret } from '@adonisjs/core/helpers'
import type { HttpRequest } from '@adonisjs/core/http'

/** The token of the Authorization header (RFC 6750 §2.1), read as the guard of API tokens reads it. */
export function bearerToken(request: HttpRequest): Secret<string> | undefined {
  const [scheme, token] = request.header('authorization', '')!.split(' ')
  return scheme.toLowerCase() === 'bearer' && token ? new Secret(token) : undefined
}
