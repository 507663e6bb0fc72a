import { jsonReply, type Reply } from '#orange/sandbox/wire/reply'

/** Status, message and description of each code of the gateway in front of Orange's APIs. */
const GATEWAY_ERRORS = {
  1: [500, 'Internal error', 'The service failed to process the request.'],
  5: [503, 'Service temporarily unavailable', 'The service is temporarily unavailable.'],
  6: [503, 'Service over capacity', 'The service has too many requests to process.'],
  20: [400, 'Invalid URL', 'The requested URL is invalid.'],
  21: [400, 'Missing body', 'The request body is missing.'],
  22: [400, 'Invalid body', 'The request body is invalid.'],
  23: [400, 'Missing body field', 'A field of the request body is missing.'],
  40: [
    401,
    'Missing credentials',
    'The requested service needs credentials, but none were provided.',
  ],
  41: [
    401,
    'Invalid credentials',
    'The requested service needs credentials, but the ones provided were invalid.',
  ],
  42: [
    401,
    'Expired credentials',
    'The requested service needs credentials, and the ones provided were out-of-date.',
  ],
  50: [
    403,
    'Access denied',
    'The application that makes the request is not authorized to access this endpoint.',
  ],
  51: [403, 'Requester blocked', 'The application that makes the request has been blocked.'],
  53: [403, 'Too many requests', 'Too many calls were made: the rate limit is exceeded.'],
  60: [404, 'Resource not found', 'The requested URI or the requested resource does not exist.'],
  61: [405, 'Method not allowed', 'The URI does not support the requested method.'],
  62: [406, 'Not acceptable', 'The Accept header does not match any available content type.'],
  66: [413, 'Request entity too large', 'The request body is too large.'],
  68: [415, 'Unsupported media type', 'The content type of the request is not supported.'],
} as const satisfies Record<number, readonly [number, string, string]>

export type GatewayCode = keyof typeof GATEWAY_ERRORS

/** Envelope `{code, message, description}`. `status` replaces the usual one. */
export function gatewayError(
  code: GatewayCode,
  options: { status?: number; headers?: Record<string, string> } = {}
): Reply {
  const [status, message, description] = GATEWAY_ERRORS[code]
  return jsonReply(options.status ?? status, { code, message, description }, options.headers)
}
