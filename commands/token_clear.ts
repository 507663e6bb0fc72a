import { flags } from '@adonisjs/core/ace'
import type { CommandAnswer } from './_answering_command.js'
import { TokenActionCommand } from './_token_command.js'

export default class TokenClear extends TokenActionCommand {
  static commandName = 'token:clear'
  static description =
    'Forget the token in every gateway and, where the provider takes that, have it revoked; the next send asks for a new one'

  @flags.string({ description: 'Of this tenant; of the provider itself without it' })
  declare tenant?: string

  protected async act(): Promise<CommandAnswer> {
    const cause = await this.cause()
    await this.store()
    const { OAuthManager } = await import('#oauth/oauth_manager')
    const manager = await this.app.container.make(OAuthManager)

    const tokens = await manager.find(this.provider, this.tenant)
    await tokens.clearToken(cause)
    return { data: { cleared: true }, lines: ['Cleared. Gateways forget it within five seconds.'] }
  }
}
