import { flags } from '@adonisjs/core/ace'
import type { CommandAnswer } from './_answering_command.js'
import { TokenActionCommand } from './_token_command.js'

export default class TokenRefresh extends TokenActionCommand {
  static commandName = 'token:refresh'
  static description = 'Ask the provider for a new token; every gateway takes it into use'

  @flags.string({ description: 'Of this tenant; of the provider itself without it' })
  declare tenant?: string

  protected async act(): Promise<CommandAnswer> {
    const cause = await this.cause()
    await this.store()
    const { OAuthManager } = await import('#oauth/oauth_manager')
    const manager = await this.app.container.make(OAuthManager)

    const tokens = await manager.find(this.provider, this.tenant)
    await tokens.look()
    await tokens.refreshToken(cause)
    const tokenInfo = tokens.getTokenInfo()
    return {
      data: { tokenInfo },
      lines: [
        `A new token: renewed from ${tokenInfo.refreshAt} on, ends at ${tokenInfo.expiresAt}.`,
      ],
    }
  }
}
