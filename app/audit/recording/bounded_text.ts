/**
 * What could forge a line, a terminal command or a reading direction: control
 * characters, line and paragraph separators, bidirectional overrides, byte order marks.
 */
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** Nearly everything that is recorded: nothing in it needs a closer look. */
const PLAIN = /^[\x20-\x7e]*$/

/**
 * Text that is safe to store, print and canonicalise: at most `longest` characters of
 * the original (a cut is marked by "…"), unsafe ones written as \uXXXX, unpaired
 * surrogates replaced (RFC 8785 §3.2.2.2 refuses them).
 */
export function boundedText(value: string, longest: number): string {
  if (value.length <= longest && PLAIN.test(value)) return value

  const characters = [...value.slice(0, 2 * longest + 2)]
  const kept = characters.slice(0, longest).join('').toWellFormed()
  const cut = characters.length > longest ? '…' : ''

  return kept.replace(UNSAFE, escape) + cut
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
