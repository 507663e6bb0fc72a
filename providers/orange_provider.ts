import type { ApplicationService } from '@adonisjs/core/types'
import type { DefinedOAuthConfig } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import { OrangeAuthService } from '#orange/orange_auth_service'
import { checkOrangeEntry } from '#orange/orange_provider'
import { OrangeSmsClient } from '#orange/orange_sms_client'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { HttpClient } from '#shared/http_client'

export default class OrangeProvider {
  constructor(protected app: ApplicationService) {}

  register() {
    const { container, config } = this.app

    container.singleton(OrangeAuthService, async (resolver) => {
      const manager = await resolver.make(OAuthManager)
      return new OrangeAuthService({
        tokens: manager.use('orange'),
        http: await resolver.make(HttpClient),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
      })
    })

    container.singleton(OrangeSmsClient, async (resolver) => {
      const { baseUrl, sms } = config.get<typeof import('#config/orange').default>('orange')
      return new OrangeSmsClient({
        auth: await resolver.make(OrangeAuthService),
        clock: systemClock,
        random: Math.random,
        baseUrl,
        path: sms.path,
        deadlineMs: sms.deadlineMs,
      })
    })
  }

  /** Before anything is begun. */
  boot() {
    checkOrangeEntry(this.app.config.get<DefinedOAuthConfig>('oauth').providers.orange)
  }
}
