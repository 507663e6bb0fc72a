import { Logger } from '@adonisjs/core/logger'
import type { ApplicationService } from '@adonisjs/core/types'
import { tokenKeys } from '#config/encryption'
import { TokenInventory } from '#oauth/token_inventory'
import { DiscloseToken } from '#oauth/actions/disclose_token'
import { ExchangeToken } from '#oauth/actions/exchange_token'
import type { DefinedOAuthConfig } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import { CheckKeys } from '#oauth/actions/check_keys'
import { TenantCredentialStore } from '#oauth/stores/tenant_credentials'
import { SignInStates } from '#oauth/sign_in/sign_in_states'
import { RefreshTokenStore } from '#oauth/stores/refresh_tokens'
import { EncryptedTokenStore } from '#oauth/stores/encrypted'
import { resolvedOAuthConfig, signInKeeping, tokenSharing } from './_oauth_parts.js'
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
    this.#registerManager()
    this.#registerReading()
  }

  #registerManager() {
    const { container, config } = this.app

    container.singleton(HttpClient, () => this.#client(config.get('http_client.api')))

    container.singleton(TokenCipher, async (resolver) => {
      const generations = tokenKeys.map(({ id }) => id)
      return new TokenCipher(await resolver.make('encryption'), generations)
    })

    container.singleton(TenantCredentialStore, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new TenantCredentialStore({
        connect: () => database.connection(),
        cipher: await resolver.make(TokenCipher),
        clock: systemClock,
      })
    })

    container.singleton(OAuthManager, async (resolver) => {
      const logger = await resolver.make(Logger)
      this.#manager = new OAuthManager({
        config: await resolvedOAuthConfig(this.app),
        sharing: await tokenSharing(this.app),
        // Its own connections: a renewal never queues behind sends.
        http: this.#client(config.get('http_client.tokens')),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
        random: Math.random,
        fingerprints: new KeyedDigest(config.get('app.appKey'), 'token-fingerprints'),
        signIns: await signInKeeping(this.app),
        report: (error) =>
          logger.warn({ code: failureCode(error) }, 'A token could not be renewed'),
      })
      return this.#manager
    })
  }

  #registerReading() {
    const { container, config } = this.app

    container.singleton(TokenInventory, async (resolver) => {
      const manager = await resolver.make(OAuthManager)
      const signIns = await resolver.make(SignInStates)
      return new TokenInventory({
        manager,
        signIns,
        store: manager.sharing.store,
        clock: systemClock,
      })
    })

    container.singleton(CheckKeys, async (resolver) => {
      const { sharing } = await resolver.make(OAuthManager)
      const tokens = sharing.store instanceof EncryptedTokenStore ? [sharing.store] : []
      const credentials = await resolver.make(TenantCredentialStore)
      const refreshTokens = await resolver.make(RefreshTokenStore)
      const all = [...tokens, credentials, refreshTokens]
      return new CheckKeys(all, await resolver.make(TokenCipher))
    })

    container.singleton(ExchangeToken, async (resolver) => {
      return new ExchangeToken({
        manager: await resolver.make(OAuthManager),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
      })
    })

    container.singleton(DiscloseToken, async (resolver) => {
      return new DiscloseToken({
        manager: await resolver.make(OAuthManager),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
        enabled: config.get<DefinedOAuthConfig>('oauth').tokenApiEnabled,
      })
    })
  }

  /** Before the port opens. A store that is down is looked at when its tokens are wanted. */
  async start() {
    if (this.app.getEnvironment() !== 'web') return
    try {
      const check = await this.app.container.make(CheckKeys)
      await check.run()
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

  #client(options: ConnectionOptions): HttpClient {
    const client = new HttpClient(options)
    this.#clients.push(client)
    return client
  }
}
