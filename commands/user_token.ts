import { args, flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import { AnsweringCommand, type CommandAnswer } from './_answering_command.js'

export default class UserToken extends AnsweringCommand {
  static commandName = 'user:token'
  static description = 'Issue an API token; it is shown once'
  static options: CommandOptions = { startApp: true }

  @args.string({ description: 'E-mail address of the user' })
  declare email: string

  @flags.string({ description: 'What the token is for' })
  declare name?: string

  @flags.string({ description: 'How long it works, like 30d', default: '90d' })
  declare expires: string

  @flags.string({ description: 'Comma-separated; without it, all that the role has' })
  declare abilities?: string

  async answer(): Promise<CommandAnswer> {
    const { tokenRequestValidator } = await import('#access/validators')
    const { IssueToken } = await import('#access/actions/issue_token')
    const { operator } = await import('#access/operator')

    const { expires, ...request } = await tokenRequestValidator.validate({
      email: this.email,
      name: this.name,
      expires: this.expires,
      abilities: this.abilities?.split(',').map((ability) => ability.trim()),
    })
    const action = await this.app.container.make(IssueToken)
    const token = await action.run({ ...request, lifetimeSeconds: expires }, operator())

    const expiresAt = token.expiresAt.toISOString()
    const value = token.value.release()
    return {
      data: { token: value, abilities: token.abilities, expiresAt },
      lines: [
        `Allows ${token.abilities.join(', ')} until ${expiresAt}.`,
        'This token is shown once:',
        value,
      ],
    }
  }
}
