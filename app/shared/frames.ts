/** Where an error was made, without its text, which may quote anything. */
export function framesOf(error: unknown): string[] {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return []

  // Whoever changed the text since has left the old one in the stack, where it is not recognised.
  const head = error.message ? `: ${error.message}\n` : '\n'
  const end = error.stack.indexOf(head)
  if (end === -1) return []

  const lines = error.stack.slice(end + head.length).split('\n')
  return lines.map((line) => line.trim()).filter((line) => line.startsWith('at '))
}
