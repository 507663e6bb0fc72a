import { Logger } from '@adonisjs/core/logger'
import type { ApplicationService } from '@adonisjs/core/types'
import { OAuthManager } from '#oauth/oauth_manager'
import type { ConnectionOptions } from '#shared/connection_agents'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { failureCode } from '#shared/failure_code'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'

/** Outbound calls, and one manager of tokens that the whole process shares. */
export default class OAuthProvider {
  readonly #clients: HttpClient[] = []
  #manager?: OAuthManager

  constructor(protected app: ApplicationService) {}

  register() {
    const { container, config } = this.app

    container.singleton(HttpClient, () => this.#client(config.get('http_client.api')))

    container.singleton(OAuthManager, async (resolver) => {
      const logger = await resolver.make(Logger)
      this.#manager = new OAuthManager({
        config: config.get('oauth'),
        // Its own connections: a renewal never queues behind sends.
        http: this.#client(config.get('http_client.tokens')),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
        random: Math.random,
        fingerprints: new KeyedDigest(config.get('app.appKey'), 'token-fingerprints'),
        report: (error) =>
          logger.warn({ code: failureCode(error) }, 'A token could not be renewed'),
      })
      return this.#manager
    })
  }

  async shutdown() {
    await this.#manager?.close()
    for (const client of this.#clients) client.destroy()
  }

  #client(options: ConnectionOptions): HttpClient {
    const client = new HttpClient(options)
    this.#clients.push(client)
    return client
  }
}
