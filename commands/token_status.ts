import { flags } from '@adonisjs/core/ace'
import type { ListedToken } from '#oauth/token_inventory'
import type { CommandAnswer } from './_answering_command.js'
import { TokenCommand } from './_token_command.js'

const NO = 1

export default class TokenStatus extends TokenCommand {
  static commandName = 'token:status'
  static description = 'Show the stored tokens: their state and instants, never their values'

  @flags.string({ description: 'Of this provider only' })
  declare provider?: string

  @flags.string({ description: 'Of this tenant only' })
  declare tenant?: string

  protected async act(): Promise<CommandAnswer> {
    await this.store()
    const { OAuthManager } = await import('#oauth/oauth_manager')
    const { TokenInventory } = await import('#oauth/token_inventory')

    const manager = await this.app.container.make(OAuthManager)
    if (this.provider) manager.use(this.provider)
    const inventory = await this.app.container.make(TokenInventory)
    const all = await inventory.list()
    const tokens = all.filter((token) => this.#asked(token))

    if (tokens.some(({ status }) => status === 'unhealthy')) this.exitCode = NO
    return { data: tokens, lines: [], show: () => this.#table(tokens) }
  }

  #asked({ provider, tenant }: ListedToken): boolean {
    if (this.provider && provider !== this.provider) return false
    return !this.tenant || tenant === this.tenant
  }

  #table(tokens: ListedToken[]): void {
    const table = this.ui.table()
    table.head([
      'Provider',
      'Tenant',
      'State',
      'Health',
      'Issued',
      'Renew from',
      'Ends',
      'Signed in',
      'Pause',
    ])
    for (const token of tokens) {
      table.row([
        token.provider,
        token.tenant ?? '',
        token.state,
        token.status,
        token.issuedAt ?? '',
        token.refreshAt ?? '',
        token.expiresAt ?? '',
        signInOf(token),
        token.pause ? `${token.pause.reason} until ${token.pause.until}` : '',
      ])
    }
    table.render()
  }
}

function signInOf({ signIn }: ListedToken): string {
  if (!signIn) return ''
  if (signIn.state === 'signed_in') return `since ${signIn.since}`
  return signIn.endedBy ? `ended (${signIn.endedBy})` : 'nobody'
}
