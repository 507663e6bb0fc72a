/** What went wrong between us and a server, before there was a whole answer. */
export type TransportFailure =
  | 'dns_failed'
  | 'connection_refused'
  | 'connect_timeout'
  | 'certificate_invalid'
  | 'connection_reset'
  | 'timeout'
  | 'truncated'
  | 'too_large'
  | 'malformed'

/**
 * An exchange without an answer. Carries words only: the error of the HTTP library
 * stays behind, because it holds the request with its Authorization header.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError'

  constructor(
    readonly failure: TransportFailure,

    /** Whether the server may have received the request. False only when that is certain. */
    readonly sent: boolean
  ) {
    super(`No answer: ${failure.replaceAll('_', ' ')}`)
  }
}
