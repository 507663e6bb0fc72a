import type { TestContext } from '@japa/runner/core'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

interface Statement {
  sql: string
}

/** Every statement that goes to these databases from now on, until the test ends. */
export function heardStatements(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  ...clients: QueryClientContract[]
): string[] {
  const heard: string[] = []
  const hear = ({ sql }: Statement) => heard.push(sql)

  for (const client of clients) {
    const knex = client.getWriteClient()
    knex.on('query', hear)
    cleanup(() => void knex.removeListener('query', hear))
  }
  return heard
}
