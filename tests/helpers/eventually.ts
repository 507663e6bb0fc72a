const LONGEST_MS = 10_000

/**
 * Resolves as soon as something is so, looking again at every turn of the event loop.
 *
 * @param what is waited for, as the end of the sentence "never happened: …"
 */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  what: string
): Promise<void> {
  const deadline = performance.now() + LONGEST_MS

  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
