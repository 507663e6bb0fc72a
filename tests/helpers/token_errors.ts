import type { AnswerFault } from '#orange/sandbox/faults/fault'
import { CANARY } from '#tests/helpers/token_trial'

/** An error as RFC 6749 §5.2 has it. */
export const oauthError = (status: number, error: string): Partial<AnswerFault> => ({
  status,
  body: JSON.stringify({ error, error_description: CANARY, error_uri: CANARY }),
})

/** An error as Orange's gateway has it. */
export const orangeError = (status: number, code: number): Partial<AnswerFault> => ({
  status,
  body: JSON.stringify({ code, message: CANARY, description: CANARY }),
})
