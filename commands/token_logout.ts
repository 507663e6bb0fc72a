import { args, flags } from '@adonisjs/core/ace'
import type { CommandAnswer } from './_answering_command.js'
import { TokenActionCommand } from './_token_command.js'

export default class TokenLogout extends TokenActionCommand {
  static commandName = 'token:logout'
  static description =
    'Give an account up: its refresh token is forgotten, and revoked where the provider takes that'

  @args.string({ description: 'The provider, as config/oauth.ts calls it' })
  declare at: string

  @flags.string({ description: 'The tenant through whose client somebody signed in' })
  declare tenant?: string

  @flags.string({ description: 'Which of several accounts' })
  declare subject?: string

  protected async act(): Promise<CommandAnswer> {
    const cause = await this.cause()
    await this.store()
    const { signInValidator } = await import('#oauth/validators')
    const { SignOut } = await import('#oauth/sign_in/sign_out')
    const { at: provider, tenant, subject } = this
    const who = await signInValidator.validate({ provider, tenant, subject })

    const signOut = await this.app.container.make(SignOut)
    await signOut.run(who, cause)
    return { data: { ...who }, lines: [`Signed out at ${provider}.`] }
  }
}
