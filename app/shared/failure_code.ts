const WORD = /^\w{1,64}$/

/** The code or the kind of a foreign error: all of it that may be logged, since its text quotes values. */
export function failureCode(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  for (const text of [code, name]) {
    if (typeof text === 'string' && WORD.test(text)) return text
  }
  return 'unknown'
}
