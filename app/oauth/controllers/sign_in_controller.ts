import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { BrowserSignIn } from '#oauth/sign_in/browser_sign_in'
import type { SignInOutcome } from '#oauth/sign_in/finish_sign_in'
import { SignOut } from '#oauth/sign_in/sign_out'
import { instant } from '#oauth/life/token_health'
import { signInValidator, signOutValidator } from '#oauth/validators'

/** Sends an administrator's browser to a provider, and takes it back; gives the account up again. */
@inject()
export default class SignInController {
  readonly #signIn: BrowserSignIn
  readonly #signOut: SignOut

  constructor(signIn: BrowserSignIn, signOut: SignOut) {
    this.#signIn = signIn
    this.#signOut = signOut
  }

  /** Browsers follow the location; whoever called by hand opens the address in a browser. */
  async authorize({ request, response, params, caller }: HttpContext) {
    const { provider } = params
    const who = await signInValidator.validate({ ...request.qs(), provider })
    const cause = { actor: caller.actor, correlationId: request.id() }
    const { url, expiresAt } = await this.#signIn.begin(who, { cause })

    return response
      .status(302)
      .header('cache-control', 'no-store')
      .header('location', url.href)
      .send({ data: { authorizationUrl: url.href, expiresAt: instant(expiresAt) } })
  }

  /** The browser brings no API token: the state that it brings was given to an administrator only. */
  async callback({ request, response, params }: HttpContext) {
    const answer = new URLSearchParams(request.parsedUrl.query ?? '')
    const cause = { correlationId: request.id() }
    const outcome = await this.#signIn.complete(String(params.provider), answer, cause)

    // The address holds the code: it is kept nowhere and passed on to nobody.
    return response
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .type('text/plain')
      .send(sentenceOf(outcome))
  }

  async signOut({ request, response, params, caller }: HttpContext) {
    const { provider } = params
    const query = await signOutValidator.validate({ ...request.qs(), provider })
    const { reason, ...who } = query
    const cause = { actor: caller.actor, comment: reason, correlationId: request.id() }
    await this.#signOut.run(who, cause)
    return response.noContent()
  }
}

function sentenceOf({ who, reason }: SignInOutcome): string {
  const signedIn = `Signed in at ${who.provider}. You may close this window.`
  return reason
    ? `${signedIn} No token could be had yet (${reason}); it will be tried again.`
    : signedIn
}
