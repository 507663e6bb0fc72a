import type { TestContext } from '@japa/runner/core'

/** Sets variables of this process until the test ends; undefined takes one away. */
export function setEnvironment(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  variables: Record<string, string | undefined>
): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name]
    put(name, value)
    cleanup(() => put(name, before))
  }
}

function put(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}
