const DATE = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/**
 * ISO 8601 in UTC with milliseconds, as events carry it. A date stands for its first
 * instant or, as the `end` of a range, for its last. Undefined when the text is no instant.
 */
export function instantOf(text: string, end = false): string | undefined {
  const time = end ? 'T23:59:59.999Z' : 'T00:00:00.000Z'
  if (!DATE.test(text) && !INSTANT.test(text)) return undefined

  const instant = new Date(DATE.test(text) ? text + time : text)
  if (Number.isNaN(instant.getTime()) || !existingDay(text.slice(0, 10))) return undefined
  return instant.toISOString()
}

/** The parser takes 30 February for 2 March. */
function existingDay(date: string): boolean {
  const day = new Date(`${date}T00:00:00.000Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date)
}
