import { Logger } from '@adonisjs/core/logger'
import type { ApplicationService } from '@adonisjs/core/types'
import { OAuthManager } from '#oauth/oauth_manager'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { GatewayError } from '#shared/gateway_error'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'

/** One client for all outbound calls and one manager of tokens: the whole process shares them. */
export default class OAuthProvider {
  #http?: HttpClient
  #manager?: OAuthManager

  constructor(protected app: ApplicationService) {}

  register() {
    const { container, config } = this.app

    container.singleton(HttpClient, () => {
      this.#http = new HttpClient(config.get('http_client'))
      return this.#http
    })

    container.singleton(OAuthManager, async (resolver) => {
      const logger = await resolver.make(Logger)
      this.#manager = new OAuthManager({
        config: config.get('oauth'),
        http: await resolver.make(HttpClient),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
        random: Math.random,
        fingerprints: new KeyedDigest(config.get('app.appKey'), 'token-fingerprints'),
        report: (error) => logger.warn(factsOf(error), 'A token could not be renewed'),
      })
      return this.#manager
    })
  }

  async shutdown() {
    await this.#manager?.close()
    this.#http?.destroy()
  }
}

/** Of an error that is not ours nothing but its kind: its text may quote anything. */
function factsOf(error: unknown) {
  if (error instanceof GatewayError) return { code: error.code, reason: error.message }
  return { code: 'internal_error', kind: error instanceof Error ? error.name : typeof error }
}
