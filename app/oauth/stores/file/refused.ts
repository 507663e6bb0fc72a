import { GatewayError } from '#shared/gateway_error'

export type TokenFileProblem =
  | 'token_file_held'
  | 'token_file_open_to_others'
  | 'token_file_no_file'
  | 'token_file_unreadable'
  | 'token_file_unwritable'
  | 'token_file_closed'

/**
 * The file of tokens is not used, or was not changed. The text is for operators: it names
 * files and says what to do, and quotes nothing of what stands in them.
 */
export class TokenFileRefused extends GatewayError {
  constructor(problem: TokenFileProblem, detail: string) {
    super(detail, { code: problem, status: 503, retryable: true })
  }
}
