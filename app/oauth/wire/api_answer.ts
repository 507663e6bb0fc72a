import { findRule, passingTrouble, type AnswerRule } from '#oauth/wire/answer_rules'
import type { TokenRequestFacts } from '#oauth/errors'
import type { HttpAnswer } from '#shared/http_client'
import { retryAfterMs } from '#shared/retry_after'

/**
 * What an API's answer says about the credentials that it was asked with, by a provider's table.
 * Most answers say nothing about them: there is no standard to fall back on.
 */
export function credentialTrouble(
  answer: HttpAnswer,
  rules: readonly AnswerRule[]
): TokenRequestFacts | undefined {
  const found = findRule(answer, rules, { success: answer.status < 300 })
  const passing = found?.rule.evenWhenPassing ? undefined : passingTrouble(answer.status)
  const verdict = passing ?? found?.rule.verdict
  if (verdict === undefined) return undefined

  return {
    verdict,
    reason: (passing ? undefined : found?.rule.reason) ?? `http_${answer.status}`,
    httpStatus: answer.status,
    upstreamCode: found?.code,
    retryAfterMs: retryAfterMs(answer),
  }
}
