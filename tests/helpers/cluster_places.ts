import type { TestContext } from '@japa/runner/core'
import type { Variables } from '#tests/helpers/boot/production'
import { findPostgres } from '#tests/helpers/postgres_database'
import { canStartRedis, redisServer } from '#tests/helpers/redis_server'

/** What gateways may share their tokens through. */
export interface ClusterPlace {
  name: string
  server: URL

  /** What gateways have to be told. Each call makes a place of its own. */
  variables(context: Pick<TestContext, 'cleanup'>): Promise<Variables>
}

/** @param what is tested, for those who have to hear that it was skipped */
export async function placesFor(what: string): Promise<ClusterPlace[]> {
  const server = await findPostgres(what)
  if (!server) return []

  const places: ClusterPlace[] = [{ name: 'PostgreSQL alone', server, variables: async () => ({}) }]
  if (canStartRedis(`${what}, through Redis`)) {
    places.push({
      name: 'Redis',
      server,
      variables: async (context) => {
        const { url } = await redisServer(context)
        return { OAUTH_TOKEN_STORE: 'redis', REDIS_URL: url.href }
      },
    })
  }
  return places
}
