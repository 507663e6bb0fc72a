/** The text is not one JSON object with unique names. Never quotes the text. */
export class NotAJsonObject extends Error {
  constructor() {
    super('The body is not a JSON object with unique names')
  }
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

/**
 * Reads a JSON object (RFC 8259) and nothing else. Repeated names are refused, because
 * two readers may disagree about which of them counts. Needs no recursion, so nesting
 * cannot exhaust the stack.
 *
 * @throws {NotAJsonObject}
 */
export function parseJsonObject(text: string | undefined): Readonly<Record<string, unknown>> {
  const value = parse(text ?? '')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new NotAJsonObject()
  if (hasRepeatedNames(text!)) throw new NotAJsonObject()
  return value as Record<string, unknown>
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new NotAJsonObject()
  }
}

/** `text` is known to be valid JSON. */
function hasRepeatedNames(text: string): boolean {
  const open: (Set<string> | null)[] = []
  let lastString = ''

  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(null)
    else if (token === '}' || token === ']') open.pop()
    else if (token.startsWith('"')) lastString = token
    else if (token === ':') {
      const names = open.at(-1)!
      const name = JSON.parse(lastString) as string
      if (names.has(name)) return true
      names.add(name)
    }
  }
  return false
}
