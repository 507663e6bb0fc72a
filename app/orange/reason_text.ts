const MAX_TEXT = 200

/** Enough of a text to know it again where an answer repeats it cut short. */
const RECOGNISABLE = 12

/**
 * Text of an answer, fit to be kept and shown: without telephone numbers, without anything
 * that may be a token, and up to the place where it repeats what was sent.
 *
 * @param sent texts of the request that must not be repeated
 */
export function reasonText(value: unknown, sent: readonly string[] = []): string | undefined {
  if (typeof value !== 'string') return undefined

  const text = sent.reduce(beforeEcho, oneLine(value))
  return (
    text
      .replace(/\b(Bearer|Basic)\s+\S+/gi, '[removed]')
      .replace(/\S{24,}/g, '[removed]')
      .replace(/\+?\d[\d\s-]{5,}\d/g, '[number]')
      .trim()
      .slice(0, MAX_TEXT) || undefined
  )
}

/** A text is repeated as it was, or as it stood in the request's JSON. */
function beforeEcho(text: string, sent: string): string {
  return [sent, JSON.stringify(sent).slice(1, -1)]
    .map((form) => beginningOf(oneLine(form).trim()))
    .reduce((rest, beginning) => rest.replace(beginning, '[removed]'), text)
}

/** Matches from a text's beginning on. Not inside of words: a text may be very short. */
function beginningOf(sent: string): RegExp {
  const start = [...sent].slice(0, RECOGNISABLE).join('')
  const literally = start.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&')
  const end = start === sent ? '(?![\\p{L}\\p{N}])' : ''
  return new RegExp(`(?<![\\p{L}\\p{N}])${literally}${end}.*`, 'u')
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}
