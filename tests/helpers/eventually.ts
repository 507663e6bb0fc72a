const LONGEST_MS = 10_000

/**
 * Resolves as soon as something is so, looking again at every turn of the event loop.
 *
 * @param what is waited for, as the end of the sentence "never happened: …"
 */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  what = 'what the test waits for',
  longestMs = LONGEST_MS
): Promise<void> {
  const deadline = performance.now() + longestMs

  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
