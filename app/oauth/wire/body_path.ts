/** The one value at a path such as `data.token`; undefined when nothing stands there. */
export function valueAt(body: unknown, path: string): unknown {
  return path.split('.').reduce(memberOf, body)
}

/**
 * Everything that stands at a path such as `error.code`. Of a list every element is looked
 * at, so that `errors.code` finds the codes of all errors.
 */
export function valuesAt(body: unknown, path: string): unknown[] {
  const step = (values: unknown[], name: string) =>
    values.flat().flatMap((each) => memberOf(each, name) ?? [])
  return path.split('.').reduce(step, [body]).flat()
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}
