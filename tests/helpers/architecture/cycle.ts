/** The first of the pair knows the second. */
export type Arrow = [from: string, to: string]

/** A way along the arrows that comes back to where it began, if there is one. */
export function cycleIn(arrows: readonly Arrow[]): string[] | undefined {
  const walk = (node: string, path: string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node]
    return firstOf(targetsOf(node), (next) => walk(next, [...path, node]))
  }
  const targetsOf = (node: string) => new Set(arrows.flatMap(([f, t]) => (f === node ? [t] : [])))

  return firstOf(new Set(arrows.map(([from]) => from)), (start) => walk(start, []))
}

function firstOf<T, R>(items: Iterable<T>, find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
