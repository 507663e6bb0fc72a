import type { IssuedToken } from '#oauth/contracts'
import type { Cause } from '#oauth/events'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { RefreshTokens, SignedIn } from '#oauth/sign_in/contracts'
import { SignInFailed } from '#oauth/sign_in/errors'
import { signInEvents, type SignInFlow } from '#oauth/sign_in/events'
import { newRefreshToken } from '#oauth/sign_in/new_refresh_token'
import { TokenRequestError, TokenUnavailable } from '#oauth/errors'
import type { TokenInfo } from '#oauth/life/token_health'
import type { EventRecorder } from '#shared/event_recorder'

export interface FinishSignInParts {
  manager: OAuthManager
  refreshTokens: RefreshTokens
  recorder: EventRecorder
}

/** What somebody's sign-in led to. */
export interface SignInOutcome {
  who: SignedIn

  /** The first token of this account. Absent: none could be had yet, for the reason given. */
  tokenInfo?: TokenInfo
  reason?: string
}

/** The last step of every way to sign in. */
export class FinishSignIn {
  readonly #parts: FinishSignInParts

  constructor(parts: FinishSignInParts) {
    this.#parts = parts
  }

  /**
   * Keeps what the provider gave, forgets the token of whoever was signed in before, and has a
   * first token of this account: that shows that it works, and ends the pause that there was.
   *
   * @param issue brings what the provider issues at the end of the sign-in
   * @throws {SignInFailed}
   * @throws {TokenRequestError}
   */
  async run(
    who: SignedIn,
    { flow, cause, issue }: { flow: SignInFlow; cause: Cause; issue: () => Promise<IssuedToken> }
  ): Promise<SignInOutcome> {
    const { refreshTokens, recorder } = this.#parts
    const { provider, tenant, subject } = who
    const facts = { tenant, subject, cause }

    try {
      const refreshToken = newRefreshToken(await issue())
      if (!refreshToken) throw new SignInFailed('no_refresh_token')
      const completed = signInEvents.completed(provider, { ...facts, flow })
      await refreshTokens.signIn(who, refreshToken, (trx) => recorder.record(completed, trx))
    } catch (error) {
      const failure = reasonOf(error)
      if (failure) await recorder.record(signInEvents.failed(provider, { ...facts, ...failure }))
      throw error
    }
    return this.#firstToken(who, cause)
  }

  async #firstToken(who: SignedIn, cause: Cause): Promise<SignInOutcome> {
    const { provider, tenant, subject } = who
    const tokens = this.#parts.manager.use(provider, { tenant, subject })
    // Whoever is being asked for now is the one before: it would pass for the new one.
    await tokens.settled()
    await tokens.forgetToken(cause)
    await tokens.grantChanged()
    try {
      await tokens.refreshToken(cause)
      return { who, tokenInfo: tokens.getTokenInfo() }
    } catch (error) {
      // Somebody is signed in all the same; whoever wants a token asks for it again.
      if (error instanceof TokenRequestError) return { who, reason: error.facts.reason }
      if (error instanceof TokenUnavailable) return { who, reason: error.reasonCode }
      throw error
    }
  }
}

/** What is known of a failure. Whatever else went wrong says so itself. */
function reasonOf(error: unknown) {
  if (error instanceof SignInFailed) return { reasonCode: error.reason }
  if (!(error instanceof TokenRequestError)) return undefined
  const { reason, httpStatus, upstreamCode } = error.facts
  return { reasonCode: reason, httpStatus, upstreamCode }
}
