/** Lets other work go on until something holds; gives up after `deadlineMs`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 10_000
): Promise<void> {
  const deadline = performance.now() + deadlineMs

  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('What the test waits for did not happen')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
