import { configProvider } from '@adonisjs/core'
import { Logger } from '@adonisjs/core/logger'
import type { ApplicationService } from '@adonisjs/core/types'
import { tokenKeys } from '#config/encryption'
import type { ChangeBus, LeaseFactory, TokenStore } from '#oauth/contracts'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import { CheckKeys } from '#oauth/actions/check_keys'
import { EncryptedTokenStore } from '#oauth/stores/encrypted'
import { buildSharing } from '#oauth/sharing/build_sharing'
import { type TokenSharing, unshared } from '#oauth/sharing/token_sharing'
import { TokenCipher } from '#oauth/token_cipher'
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
        sharing: await this.#sharing(),
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

  /** Before the port opens. A store that is down is looked at when its tokens are wanted. */
  async start() {
    if (this.app.getEnvironment() !== 'web') return
    const { sharing } = await this.app.container.make(OAuthManager)
    if (!(sharing.store instanceof EncryptedTokenStore)) return

    try {
      await new CheckKeys(sharing.store).run()
    } catch (error) {
      await this.#disconnect()
      throw error
    }
  }

  /** Commands look at the store when they want something of it. */
  async ready() {
    if (this.app.getEnvironment() !== 'web') return
    const manager = await this.app.container.make(OAuthManager)
    await manager.start()
  }

  async shutdown() {
    await this.#manager?.close()
    for (const client of this.#clients) client.destroy()
  }

  /** An open connection would keep a process alive that does not start. */
  async #disconnect(): Promise<void> {
    const database = await this.app.container.make('lucid.db')
    const redis = await this.app.container.make('redis')
    await Promise.all([database.manager.closeAll(), redis.quitAll()])
  }

  async #sharing(): Promise<TokenSharing> {
    const { container, config } = this.app
    const { store, leases, changes, storePatienceMs, leaseMs } =
      config.get<ResolvedOAuthConfig>('oauth')
    if (typeof store === 'function') return unshared(store())

    const encryption = await container.make('encryption')
    const makeLeases = await configProvider.resolve<LeaseFactory>(this.app, leases)
    const bus = await configProvider.resolve<ChangeBus>(this.app, changes)
    return buildSharing({
      store: (await configProvider.resolve<TokenStore>(this.app, store))!,
      leases: makeLeases?.({ lifeMs: leaseMs }),
      changes: bus ?? undefined,
      cipher: new TokenCipher(
        encryption,
        tokenKeys.map(({ id }) => id)
      ),
      patienceMs: storePatienceMs,
      clock: systemClock,
      recorder: await container.make(EventRecorder),
      logger: await container.make(Logger),
    })
  }

  #client(options: ConnectionOptions): HttpClient {
    const client = new HttpClient(options)
    this.#clients.push(client)
    return client
  }
}
