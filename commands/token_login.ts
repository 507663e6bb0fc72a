import { args, flags } from '@adonisjs/core/ace'
import type { SignedIn } from '#oauth/sign_in/contracts'
import type { SignInOutcome } from '#oauth/sign_in/finish_sign_in'
import type { CommandAnswer } from './_answering_command.js'
import { LoopbackCallback } from './_loopback_callback.js'
import { TokenCommand } from './_token_command.js'

const NO = 1

export default class TokenLogin extends TokenCommand {
  static commandName = 'token:login'
  static description =
    'Sign in at a provider: the gateway has its tokens for that account from then on'

  @args.string({ description: 'Its name in config/oauth.ts' })
  declare provider: string

  @flags.string({ description: 'The tenant through whose client to sign in' })
  declare tenant?: string

  @flags.string({ description: 'Which of several accounts' })
  declare subject?: string

  @flags.boolean({ description: 'By a browser on this machine, even where a code would do' })
  declare browser: boolean

  @flags.number({
    description:
      'Where that browser comes back to, if the provider has to know; any free port without it',
  })
  declare port?: number

  protected async act(): Promise<CommandAnswer> {
    await this.store()
    const { signInValidator } = await import('#oauth/validators')
    const { provider, tenant, subject } = this
    const who = await signInValidator.validate({ provider, tenant, subject })

    const { who: signedIn, tokenInfo, reason } = await this.#signIn(who)
    if (reason) this.exitCode = NO
    const lines = [`Signed in at ${provider}.`]
    lines.push(
      tokenInfo
        ? `A token: renewed from ${tokenInfo.refreshAt} on, ends at ${tokenInfo.expiresAt}.`
        : `No token could be had yet (${reason}): see token:status.`
    )
    return { data: { ...signedIn, tokenInfo: tokenInfo ?? null, reason: reason ?? null }, lines }
  }

  async #signIn(who: SignedIn): Promise<SignInOutcome> {
    const { SignInNotOffered } = await import('#oauth/sign_in/errors')
    if (this.browser) return this.#byBrowser(who)
    try {
      return await this.#withCode(who)
    } catch (error) {
      if (error instanceof SignInNotOffered) return this.#byBrowser(who)
      throw error
    }
  }

  async #withCode(who: SignedIn): Promise<SignInOutcome> {
    const { DeviceSignIn } = await import('#oauth/sign_in/device_sign_in')
    const device = await this.app.container.make(DeviceSignIn)
    return device.run(who, {
      cause: await this.#cause(),
      show: ({ verificationUri, verificationUriComplete, userCode, expiresAt }) => {
        const until = new Date(expiresAt).toISOString()
        this.#tell(`Open ${verificationUri} and enter ${userCode}, until ${until}.`)
        if (verificationUriComplete) this.#tell(`Or open ${verificationUriComplete}`)
      },
    })
  }

  async #byBrowser(who: SignedIn): Promise<SignInOutcome> {
    const { BrowserSignIn } = await import('#oauth/sign_in/browser_sign_in')
    const { SignInFailed } = await import('#oauth/sign_in/errors')
    const signIn = await this.app.container.make(BrowserSignIn)
    const callback = await LoopbackCallback.listen(this.port)
    try {
      const cause = await this.#cause()
      const { url, expiresAt } = await signIn.begin(who, { redirectUri: callback.uri, cause })
      this.#tell(`Open ${url.href}`)
      const answer = await callback.answer(url.searchParams.get('state')!, expiresAt)
      if (!answer) throw new SignInFailed('nobody_came_back')
      return await signIn.complete(who.provider, answer, cause)
    } finally {
      await callback.close()
    }
  }

  async #cause() {
    const { operator } = await import('#access/operator')
    return { actor: operator() }
  }

  /** On stderr: with --json, stdout is for the answer alone. */
  #tell(line: string): void {
    process.stderr.write(`${line}\n`)
  }
}
