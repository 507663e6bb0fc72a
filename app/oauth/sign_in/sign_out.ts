import type { Cause } from '#oauth/events'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { NewRefreshToken, RefreshTokens, SignedIn } from '#oauth/sign_in/contracts'
import { SignInNotOffered } from '#oauth/sign_in/errors'
import { signInEvents } from '#oauth/sign_in/events'
import type { EventRecorder } from '#shared/event_recorder'

export interface SignOutParts {
  manager: OAuthManager
  refreshTokens: RefreshTokens
  recorder: EventRecorder
}

/** Gives an account up: here, in all processes, and at the provider where that can be (RFC 7009). */
export class SignOut {
  readonly #parts: SignOutParts

  constructor(parts: SignOutParts) {
    this.#parts = parts
  }

  /**
   * Whatever the provider says, the gateway acts for the account no more.
   *
   * @throws {UnknownProvider}
   * @throws {SignInNotOffered} where nobody signs in
   * @throws {RecordingUnavailable} before anything is given up
   */
  async run(who: SignedIn, cause: Cause): Promise<void> {
    const { manager, refreshTokens, recorder } = this.#parts
    const { provider, tenant, subject } = who
    if (!manager.grantsOf(provider).config.grant.needsSignIn) throw new SignInNotOffered()

    const signedOut = signInEvents.signedOut(provider, { tenant, subject, cause })
    const gone = await refreshTokens.signOut(who, (trx) => recorder.record(signedOut, trx))
    try {
      await manager.use(provider, { tenant, subject }).forgetToken(cause)
    } finally {
      // The only copy is here: a second try would have nothing to tell.
      if (gone) await this.#revoke(who, gone, cause)
    }
  }

  async #revoke(
    { provider, tenant }: SignedIn,
    { refreshToken }: NewRefreshToken,
    cause: Cause
  ): Promise<void> {
    const { manager } = this.#parts
    if (!(await manager.isEnabled(provider, tenant))) return
    await manager.revocationOf(provider, tenant)?.revoke(refreshToken, 'refresh_token', cause)
  }
}
