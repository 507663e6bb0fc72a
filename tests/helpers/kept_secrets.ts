import { inspect } from 'node:util'
import type { Assert } from '@japa/assert'
import type { ApiAnswer } from '#tests/helpers/gateway'
import { CANARY, type TokenTrial } from '#tests/helpers/token_trial'

/**
 * Nothing secret may stand in what callers were answered, in the events, in the log lines,
 * in errors, however closely they are looked at.
 */
export function assertKeepsSecrets(
  assert: Assert,
  trial: Pick<TokenTrial, 'sandbox' | 'recorder' | 'logs' | 'failuresBehind'>,
  seen: { answers: ApiAnswer[]; thrown?: unknown[] }
): void {
  const sinks = {
    answers: seen.answers.map(({ headers, body }) => [...headers, JSON.stringify(body)]).join('\n'),
    events: JSON.stringify(trial.recorder.events),
    logs: trial.logs.join('\n'),
    errors: [...trial.failuresBehind, ...(seen.thrown ?? [])].map(closeLook).join('\n'),
  }

  for (const [sink, text] of Object.entries(sinks)) {
    for (const secret of secretsOf(trial)) {
      assert.isFalse(text.includes(secret), `a secret stands in the ${sink}: ${text}`)
    }
  }
}

function secretsOf({ sandbox }: Pick<TokenTrial, 'sandbox'>): string[] {
  const basic = Buffer.from(`${sandbox.clientId}:${sandbox.clientSecret}`).toString('base64')
  return [sandbox.clientSecret, basic, CANARY]
}

function closeLook(error: unknown): string {
  const stack = error instanceof Error ? error.stack : ''
  return `${inspect(error, { depth: Infinity, showHidden: true, getters: true })}\n${stack}`
}
