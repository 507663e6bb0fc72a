import type { RedisConnection } from '@adonisjs/redis'
import type { ChangeBus } from '#oauth/contracts'

/** Changes on a channel of Redis. What is said while a connection is down is lost. */
export class RedisChangeBus implements ChangeBus {
  readonly #redis: RedisConnection['ioConnection']
  readonly #channel: string
  #subscriber?: RedisConnection['ioConnection']

  constructor(redis: RedisConnection['ioConnection'], channel: string) {
    this.#redis = redis
    this.#channel = channel
  }

  async announce(key: string): Promise<void> {
    // Whoever misses it finds out by looking, so there is nobody to tell that it failed.
    await this.#redis.publish(this.#channel, key).catch(() => {})
  }

  /** Subscribes again by itself whenever the connection was lost. Resolves when it has begun to. */
  async listen(changed: (key: string) => void): Promise<void> {
    // Waiting for news takes as long as it takes, and Redis may not be up yet.
    const options = {
      commandTimeout: undefined,
      maxRetriesPerRequest: null,
      autoResubscribe: false,
    }
    const subscriber = this.#redis.duplicate(options)
    this.#subscriber = subscriber

    // A connection that cannot be had is tried again; an unheard error would end the process.
    subscriber.on('error', () => {})
    subscriber.on('message', (_, key: string) => changed(key))
    // At every connection: Redis may have refused it at the one before.
    subscriber.on('ready', () => void subscriber.subscribe(this.#channel).catch(() => {}))
  }

  async close(): Promise<void> {
    this.#subscriber?.disconnect()
  }
}
