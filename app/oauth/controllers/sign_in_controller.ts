import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { BrowserSignIn } from '#oauth/sign_in/browser_sign_in'
import type { SignInOutcome } from '#oauth/sign_in/finish_sign_in'
import { instant } from '#oauth/token_health'
import { signInValidator } from '#oauth/validators'

/** Sends an administrator's browser to a provider, and takes it back. */
@inject()
export default class SignInController {
  readonly #signIn: BrowserSignIn

  constructor(signIn: BrowserSignIn) {
    this.#signIn = signIn
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
}

function sentenceOf({ who, reason }: SignInOutcome): string {
  const signedIn = `Signed in at ${who.provider}. You may close this window.`
  return reason
    ? `${signedIn} No token could be had yet (${reason}); it will be tried again.`
    : signedIn
}
