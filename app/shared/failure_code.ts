const WORD = /^\w{1,64}$/

/** The code or the kind of a foreign error: all of it that may be logged, since its text quotes values. */
export function failureCode(error: unknown): string {
  const { code, name, message } = (error ?? {}) as Record<'code' | 'name' | 'message', unknown>
  for (const text of [code, refusalOfRedis(name, message), name]) {
    if (typeof text === 'string' && WORD.test(text)) return text
  }
  return 'unknown'
}

/** Redis begins a refusal with a word for it, e.g. READONLY or NOAUTH. */
function refusalOfRedis(name: unknown, message: unknown): string | undefined {
  if (name !== 'ReplyError' || typeof message !== 'string') return undefined
  return /^[A-Z]{2,32}(?= )/.exec(message)?.[0]
}
