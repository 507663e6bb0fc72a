import type { ApplicationService } from '@adonisjs/core/types'
import { OAuthManager } from '#oauth/oauth_manager'
import { BrowserSignIn } from '#oauth/sign_in/browser_sign_in'
import { DeviceSignIn } from '#oauth/sign_in/device_sign_in'
import { FinishSignIn } from '#oauth/sign_in/finish_sign_in'
import { SignOut } from '#oauth/sign_in/sign_out'
import { SignInStates } from '#oauth/sign_in/sign_in_states'
import { PendingSignInStore } from '#oauth/stores/pending_sign_ins'
import { RefreshTokenStore } from '#oauth/stores/refresh_tokens'
import { TokenCipher } from '#oauth/token_cipher'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'

/** People who sign in at a provider, and what they leave here. */
export default class SignInProvider {
  constructor(protected app: ApplicationService) {}

  register() {
    this.#registerStores()
    this.#registerSignIns()
  }

  #registerStores() {
    const { container } = this.app

    container.singleton(RefreshTokenStore, async () => {
      return new RefreshTokenStore(await this.#storeParts())
    })
    container.singleton(PendingSignInStore, async () => {
      return new PendingSignInStore(await this.#storeParts())
    })
  }

  #registerSignIns() {
    const { container, config } = this.app

    container.singleton(FinishSignIn, async (resolver) => {
      return new FinishSignIn({
        manager: await resolver.make(OAuthManager),
        refreshTokens: await resolver.make(RefreshTokenStore),
        recorder: await resolver.make(EventRecorder),
      })
    })
    container.singleton(SignOut, async (resolver) => {
      return new SignOut({
        manager: await resolver.make(OAuthManager),
        refreshTokens: await resolver.make(RefreshTokenStore),
        recorder: await resolver.make(EventRecorder),
      })
    })
    container.singleton(SignInStates, async (resolver) => {
      const refreshTokens = await resolver.make(RefreshTokenStore)
      return new SignInStates(await resolver.make(OAuthManager), refreshTokens)
    })
    container.singleton(BrowserSignIn, async (resolver) => {
      const appUrl = config.get<string>('app.appUrl')
      return new BrowserSignIn({
        manager: await resolver.make(OAuthManager),
        pending: await resolver.make(PendingSignInStore),
        finish: await resolver.make(FinishSignIn),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
        callbackUrl: (provider) => new URL(`/oauth/${provider}/callback`, appUrl).href,
      })
    })
    container.singleton(DeviceSignIn, async (resolver) => {
      return new DeviceSignIn({
        manager: await resolver.make(OAuthManager),
        finish: await resolver.make(FinishSignIn),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
      })
    })
  }

  async #storeParts() {
    const { container } = this.app
    const database = await container.make('lucid.db')
    const cipher = await container.make(TokenCipher)
    return { connect: () => database.connection(), cipher, clock: systemClock }
  }
}
