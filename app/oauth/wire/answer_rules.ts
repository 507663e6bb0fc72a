import { valuesAt } from '#oauth/wire/body_path'
import type { TokenVerdict } from '#oauth/life/pause'
import type { HttpAnswer } from '#shared/http_client'
import { parseJsonObject } from '#shared/strict_json'

/**
 * One line of a provider's table of verdicts: what an answer must show for it to apply.
 * The first line that applies decides.
 */
export interface AnswerRule {
  /**
   * The statuses to which the rule is limited. Absent: all but successes. A rule that names a
   * success turns such an answer into a refusal.
   */
  status?: number | readonly number[]

  /** Where in the JSON body to look, e.g. `error.code`. Absent: the status alone decides. */
  member?: string

  /** What must stand there; of a list, one element. Absent: anything. */
  values?: readonly (string | number)[]

  /** Or what a text there must match. Only what is matched is recorded, so match no free text. */
  matches?: RegExp

  /** Absent: the rule only says what is recorded, and the standard decides. */
  verdict?: TokenVerdict

  /** Why, as a word for programs. Absent: the standard's, or the status. */
  reason?: string

  /** The rule decides even on 408, 429 and 5xx, which otherwise pass by themselves. */
  evenWhenPassing?: true
}

/** A rule that applies, and the provider's own code that it was found by. */
export interface RuleMatch {
  rule: AnswerRule
  code?: string
}

/** What a table says about an answer; undefined when no line applies. */
export function findRule(
  answer: HttpAnswer,
  rules: readonly AnswerRule[],
  { success }: { success: boolean }
): RuleMatch | undefined {
  const body = readErrorBody(answer)
  const matches = rules
    .filter(({ status }) => appliesTo(status, answer.status, success))
    .flatMap((rule) => matchOf(rule, body))

  if (!passingTrouble(answer.status)) return matches[0]
  return matches.find(({ rule }) => rule.evenWhenPassing) ?? matches[0]
}

/** Says more than most bodies: what carries such a status is over by itself. */
export function passingTrouble(status: number): TokenVerdict | undefined {
  if (status === 429) return 'throttled'
  return status === 408 || status >= 500 ? 'transient' : undefined
}

/** An error is not always JSON; then it is read as an empty object. */
export function readErrorBody(answer: HttpAnswer): Readonly<Record<string, unknown>> {
  try {
    return parseJsonObject(answer.body)
  } catch {
    return {}
  }
}

function appliesTo(limit: AnswerRule['status'], status: number, success: boolean): boolean {
  return limit === undefined ? !success : [limit].flat().includes(status)
}

function matchOf(rule: AnswerRule, body: Readonly<Record<string, unknown>>): RuleMatch[] {
  if (rule.member === undefined) return [{ rule }]

  const codes = valuesAt(body, rule.member).flatMap((value) => codeOf(rule, value))
  return codes.slice(0, 1).map((code) => ({ rule, code }))
}

function codeOf({ values, matches }: AnswerRule, value: unknown): (string | undefined)[] {
  if (matches) {
    const found = typeof value === 'string' ? matches.exec(value) : null
    return found ? [found[0]] : []
  }
  if (!values) return [undefined]
  return values.includes(value as string | number) ? [String(value)] : []
}
