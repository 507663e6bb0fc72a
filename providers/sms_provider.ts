import { Logger } from '@adonisjs/core/logger'
import { OrangeSmsClient } from '#orange/orange_sms_client'
import { systemClock } from '#shared/clock'
import { KeyedDigest } from '#shared/keyed_digest'
import { SendSms } from '#sms/actions/send_sms'
import { SmsSettings } from '#sms/sms_settings'
import { InterruptedSends } from '#sms/interrupted_sends'
import { SmsLedger } from '#sms/stores/sms_ledger'
import { BackgroundProvider } from './_background_provider.js'

export default class SmsProvider extends BackgroundProvider {
  #interruptedSends?: InterruptedSends

  register() {
    const { container, config } = this.app

    container.singleton(SmsSettings, () => {
      const { sms } = config.get<typeof import('#config/orange').default>('orange')
      return new SmsSettings(
        sms.enabled,
        sms.senderAddresses.map((address) => address.replace(/^tel:/, ''))
      )
    })

    container.singleton(SmsLedger, async (resolver) => {
      const encryption = await resolver.make('encryption')
      return new SmsLedger({
        encryption: encryption.use(),
        numberIndex: new KeyedDigest(config.get('app.appKey'), 'telephone-numbers'),
        clock: systemClock,
      })
    })

    container.singleton(SendSms, async (resolver) => {
      return new SendSms({
        client: await resolver.make(OrangeSmsClient),
        ledger: await resolver.make(SmsLedger),
        settings: await resolver.make(SmsSettings),
        logger: await resolver.make(Logger),
      })
    })
  }

  protected async begin() {
    this.#interruptedSends = new InterruptedSends({
      ledger: await this.app.container.make(SmsLedger),
      logger: await this.app.container.make(Logger),
      clock: systemClock,
    })
    this.#interruptedSends.start()
  }

  protected async end() {
    await this.#interruptedSends?.stop()
  }
}
