import type { ApplicationService } from '@adonisjs/core/types'
import type { Connection } from '@adonisjs/redis/types'

/**
 * Ends the connections to Redis in place of AdonisJS: it waits for each to say farewell, and
 * one that cannot, because Redis is down or silent, would stop the termination half-way, with
 * the database still open and the process alive.
 */
export default class RedisEndProvider {
  constructor(protected app: ApplicationService) {}

  async shutdown() {
    const redis = await this.app.container.make('redis')
    const connections: Record<string, Connection | undefined> = redis.activeConnections

    for (const [name, connection] of Object.entries(connections)) {
      await end(connection!)
      delete connections[name]
    }
  }
}

async function end(connection: Connection): Promise<void> {
  try {
    // Where Redis is away, the farewell would wait in a queue behind what others waited for.
    if (connection.ioConnection.status === 'ready') await connection.quit()
  } catch {
    // A farewell without an answer is none to wait for.
  }
  await connection.disconnect()
}
