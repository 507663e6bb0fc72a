import env from '#start/env'
import { defineConfig } from '@adonisjs/redis'

const url = new URL(env.get('REDIS_URL')?.release() ?? 'redis://127.0.0.1:6379')

/**
 * How long Redis may take to connect and to answer, in milliseconds. Tokens are kept without
 * it sooner (config/oauth.ts): this is for what nobody else bounds.
 */
const CONNECT_TIMEOUT = 1_000
const COMMAND_TIMEOUT = 2_000

const LONGEST_RETRY_DELAY = 1_000

const redisConfig = defineConfig({
  connection: 'main',
  connections: {
    main: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 6379),
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      db: Number(url.pathname.slice(1) || 0),
      tls: url.protocol === 'rediss:' ? {} : undefined,
      connectTimeout: CONNECT_TIMEOUT,
      commandTimeout: COMMAND_TIMEOUT,
      maxRetriesPerRequest: 1,
      retryStrategy: (attempts: number) => Math.min(attempts * 100, LONGEST_RETRY_DELAY),
    },
  },
})

export default redisConfig

declare module '@adonisjs/redis/types' {
  export interface RedisConnections extends InferConnections<typeof redisConfig> {}
}
