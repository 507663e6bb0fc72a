import { randomBytes } from 'node:crypto'
import type { TestContext } from '@japa/runner/core'
import { RedisConnection } from '@adonisjs/redis'

const HOW = 'start Redis and set REDIS_URL, e.g. redis://127.0.0.1:6379'

/** Address of a Redis that answers. Where services are required, having none is a failure. */
export async function findRedis(what: string): Promise<URL | undefined> {
  const url = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379')
  const connection = connect(url)

  try {
    await connection.ping()
    return url
  } catch {
    if (process.env.CI === 'true' || process.env.REQUIRE_SERVICES === '1') {
      throw new Error(`Redis is required and does not answer: ${HOW}`)
    }
    console.warn(`SKIPPED ${what}: ${HOW}`)
    return undefined
  } finally {
    connection.ioConnection.disconnect()
  }
}

/** A connection for one test, and a prefix of its own whose keys are gone when it ends. */
export function redisConnection({ cleanup }: Pick<TestContext, 'cleanup'>, url: URL) {
  const prefix = `test-${randomBytes(6).toString('hex')}:`
  const connection = connect(url)

  cleanup(async () => {
    const keys = await connection.keys(`${prefix}*`).catch(() => [])
    if (keys.length > 0) await connection.del(...keys)
    connection.ioConnection.disconnect()
  })
  return { connection, redis: connection.ioConnection, prefix }
}

/** As config/redis.ts has it. */
function connect(url: URL): RedisConnection {
  const connection = new RedisConnection('test', {
    host: url.hostname,
    port: Number(url.port || 6379),
    password: url.password || undefined,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
    maxRetriesPerRequest: 1,
  })
  connection.on('error', () => {})
  return connection
}
