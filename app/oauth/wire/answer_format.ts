/** Where in the answer a token and its facts stand. Absent: where RFC 6749 §5.1 puts them. */
export interface AnswerFormat {
  /** The statuses of an answer that holds a token. Default: 200. */
  successStatuses?: readonly number[]

  /** Places of the token, in the body by path or in a header; the first that is there counts. Default: `access_token`. */
  tokenPaths?: readonly TokenPlace[]

  /** `assumed`: its tokens are Bearer tokens, whatever the answer says of it. Default: `stated`. */
  tokenType?: 'stated' | 'assumed'

  /** Its life in seconds. Default: `expires_in`. */
  expiresInPath?: string

  /**
   * Its end, where there is no life: seconds or milliseconds since 1970, or ISO 8601. Compared
   * with the answer's own date, since only elapsed time can be trusted between two clocks.
   */
  expiresAtPath?: string

  /** The life of the refresh token in seconds, which no standard names. Default: `refresh_token_expires_in`. */
  refreshTokenExpiresInPath?: string
}

/** A path such as `data.token`, or the name of a header. */
export type TokenPlace = string | { header: string }

export const STANDARD_FORMAT = {
  successStatuses: [200],
  tokenPaths: ['access_token'],
  expiresInPath: 'expires_in',
  refreshTokenExpiresInPath: 'refresh_token_expires_in',
} satisfies AnswerFormat
