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

  /** Resolves at once, whether it arrives or not. */
  async announce(key: string): Promise<void> {
    // Whoever misses it finds out by looking, so there is nobody to tell that it failed.
    this.#redis.publish(this.#channel, key).catch(() => {})
  }

  /** Resolves when it has begun to connect. Redis may be away then, and later. */
  async listen(changed: (key: string) => void): Promise<void> {
    // Waiting for news takes as long as it takes.
    const options = { commandTimeout: undefined, maxRetriesPerRequest: null }
    const subscriber = this.#redis.duplicate({ ...options, autoResubscribe: false })
    this.#subscriber = subscriber

    // A connection that cannot be had is tried again; an unheard error would end the process.
    subscriber.on('error', () => {})
    subscriber.on('message', (_, key: string) => changed(key))

    // At every connection: the driver repeats only a subscription that succeeded once.
    subscriber.on('ready', () => void subscriber.subscribe(this.#channel).catch(() => {}))
  }

  async close(): Promise<void> {
    this.#subscriber?.disconnect()
  }
}
