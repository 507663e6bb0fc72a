import { findRule, passingTrouble, readErrorBody, type AnswerRule } from '#oauth/wire/answer_rules'
import type { TokenRequestFacts } from '#oauth/errors'
import type { TokenVerdict } from '#oauth/life/pause'
import type { HttpAnswer } from '#shared/http_client'
import { retryAfterMs } from '#shared/retry_after'

/** RFC 6749 §5.2, those of §4.1.2.1 that servers send here too, RFC 8628 §3.5, and OpenID Connect Core §3.1.2.6. */
const ERROR_VERDICTS: Record<string, TokenVerdict> = {
  invalid_request: 'terminal',
  invalid_client: 'terminal',
  invalid_grant: 'terminal_for_key',
  unauthorized_client: 'terminal',
  unsupported_grant_type: 'terminal',
  invalid_scope: 'terminal',
  server_error: 'transient',
  temporarily_unavailable: 'transient',
  authorization_pending: 'transient',
  slow_down: 'throttled',
  access_denied: 'terminal_for_key',
  expired_token: 'terminal_for_key',
  interaction_required: 'terminal_for_key',
  login_required: 'terminal_for_key',
  consent_required: 'terminal_for_key',
}

/** What an answer means that is no success: the provider's table first, then RFC 6749 §5.2. */
export function refusal(answer: HttpAnswer, rules: readonly AnswerRule[]): TokenRequestFacts {
  const found = findRule(answer, rules, { success: false })
  const passing = found?.rule.evenWhenPassing ? undefined : passingTrouble(answer.status)
  const decided = passing ? undefined : found?.rule
  const error = standardError(answer)

  return {
    verdict: passing ?? decided?.verdict ?? verdictOf(error, answer.status),
    reason: decided?.reason ?? error ?? reasonOf(answer.status),
    standardError: error,
    httpStatus: answer.status,
    upstreamCode: found?.code,
    retryAfterMs: retryAfterMs(answer),
  }
}

/**
 * Some servers say in a success that they refuse.
 *
 * @returns undefined unless the provider's table knows such an answer
 */
export function refusalInSuccess(
  answer: HttpAnswer,
  rules: readonly AnswerRule[]
): TokenRequestFacts | undefined {
  const found = findRule(answer, rules, { success: true })
  if (!found) return undefined

  const error = standardError(answer)
  return {
    verdict: found.rule.verdict ?? verdictOf(error, answer.status),
    reason: found.rule.reason ?? error ?? 'rejected_response',
    standardError: error,
    httpStatus: answer.status,
    upstreamCode: found.code,
    retryAfterMs: retryAfterMs(answer),
  }
}

function standardError(answer: HttpAnswer): string | undefined {
  const { error } = readErrorBody(answer)
  return typeof error === 'string' && Object.hasOwn(ERROR_VERDICTS, error) ? error : undefined
}

/** A success that we did not expect is an answer that we cannot take a token from. */
function reasonOf(status: number): string {
  return status < 300 ? 'rejected_response' : `http_${status}`
}

function verdictOf(error: string | undefined, status: number): TokenVerdict {
  if (error) return ERROR_VERDICTS[error]
  return status < 300 ? 'transient' : 'terminal'
}
