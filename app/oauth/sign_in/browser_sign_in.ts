import { Secret } from '@adonisjs/core/helpers'
import {
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { Cause } from '#oauth/events'
import type { SignedIn } from '#oauth/sign_in/contracts'
import { SignInFailed } from '#oauth/sign_in/errors'
import { signInEvents } from '#oauth/sign_in/events'
import type { FinishSignIn, SignInOutcome } from '#oauth/sign_in/finish_sign_in'
import { openidClientOf } from '#oauth/sign_in/openid_client_of'
import type { PendingSignIns } from '#oauth/sign_in/pending_sign_ins'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'

export interface BrowserSignInParts {
  manager: OAuthManager
  pending: PendingSignIns
  finish: FinishSignIn
  recorder: EventRecorder
  clock: Clock

  /** Where the gateway takes browsers back that it has sent to a provider. */
  callbackUrl: (provider: string) => string
}

/** How long somebody may take to sign in, in milliseconds. */
const LONGEST_MS = 10 * 60_000

const ENTRANCE = 'authorization_endpoint'

/** Authorization code with PKCE and state (RFC 6749 §4.1, RFC 7636). */
export class BrowserSignIn {
  readonly #parts: BrowserSignInParts

  constructor(parts: BrowserSignInParts) {
    this.#parts = parts
  }

  /**
   * @param redirectUri where the browser comes back to, registered with the provider; the
   * gateway itself without it
   * @returns where the browser has to go, and until when it may come back, in milliseconds since 1970
   * @throws {UnknownProvider} or {UnknownTenant}
   * @throws {SignInNotOffered}
   */
  async begin(
    who: SignedIn,
    {
      redirectUri = this.#parts.callbackUrl(who.provider),
      cause,
    }: { redirectUri?: string; cause: Cause }
  ): Promise<{ url: URL; expiresAt: number }> {
    const { manager, pending, recorder, clock } = this.#parts
    const { provider, ...owner } = who
    const { client, parameters, asksForIdToken } = await openidClientOf(manager, who, ENTRANCE)

    const state = randomState()
    const codeVerifier = randomPKCECodeVerifier()
    const nonce = asksForIdToken ? randomNonce() : undefined
    const url = client.authorizationUrl({
      ...parameters,
      ...(nonce === undefined ? {} : { nonce }),
      redirect_uri: redirectUri,
      state,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    })

    await recorder.record(
      signInEvents.started(provider, { ...owner, cause, flow: 'authorization_code' })
    )
    const expiresAt = clock.now() + LONGEST_MS
    const { actor } = cause
    const begun = { who, actor, redirectUri, nonce, codeVerifier: new Secret(codeVerifier) }
    await pending.add(state, begun, expiresAt)
    return { url, expiresAt }
  }

  /**
   * @param provider from which the browser comes back
   * @param answer what it brings
   * @throws {SignInFailed}
   * @throws {TokenRequestError} when the provider refused the code
   */
  async complete(provider: string, answer: URLSearchParams, cause: Cause): Promise<SignInOutcome> {
    const [state = '', ...others] = answer.getAll('state')
    const begun = others.length === 0 ? await this.#parts.pending.take(state) : null
    if (!begun || begun.who.provider !== provider) throw new SignInFailed('unknown_state')

    const { who, actor, redirectUri, nonce, codeVerifier } = begun
    const back = new URL(redirectUri)
    back.search = answer.toString()
    // Where no issuer is configured there is nothing to compare it with (RFC 9207 §2.4).
    const { issuer } = this.#parts.manager.grantsOf(provider).config
    if (issuer === undefined) back.searchParams.delete('iss')

    const issue = async () => {
      const { client } = await openidClientOf(this.#parts.manager, who, ENTRANCE)
      return client.exchangeCode(back, { state, nonce, codeVerifier: codeVerifier.release() })
    }
    return this.#parts.finish.run(who, {
      flow: 'authorization_code',
      cause: { ...cause, actor },
      issue,
    })
  }
}
