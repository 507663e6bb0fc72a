const DATE = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

const LAST_MOMENT = 'T23:59:59.999Z'
const FIRST_MOMENT = 'T00:00:00.000Z'

export const INSTANT_RULE =
  'an instant with its offset from UTC, like 2026-01-31T08:00:00Z, or a day like 2026-01-31'

/**
 * An instant as the trail writes it: ISO 8601 in UTC with milliseconds. A day stands for
 * its first moment, or for its last one where a range ends.
 */
export function parseInstant(text: string, end: 'from' | 'to'): string | undefined {
  if (DATE.test(text)) return exact(text + (end === 'to' ? LAST_MOMENT : FIRST_MOMENT), text)
  return INSTANT.test(text) ? exact(text, text.slice(0, 10)) : undefined
}

/** A day that the calendar does not have would be moved into the next month. */
function exact(text: string, day: string): string | undefined {
  const date = new Date(`${day}${FIRST_MOMENT}`)
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== day) return undefined

  const instant = new Date(text)
  const iso = Number.isNaN(instant.getTime()) ? '' : instant.toISOString()
  return iso.length === 24 ? iso : undefined
}
