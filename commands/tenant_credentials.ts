import { text } from 'node:stream/consumers'
import { flags } from '@adonisjs/core/ace'
import { Secret } from '@adonisjs/core/helpers'
import { WrongUse, type CommandAnswer } from './_answering_command.js'
import { TenantCommand } from './_tenant_command.js'

export default class TenantCredentials extends TenantCommand {
  static commandName = 'tenant:credentials'
  static description = 'Give a tenant a client id and a secret; the secret before works on'

  @flags.string({ description: 'The client id that the provider gave the tenant' })
  declare clientId?: string

  @flags.boolean({ description: 'Read the client secret from standard input' })
  declare secretStdin: boolean

  protected async act(): Promise<CommandAnswer> {
    this.checkName()
    const cause = await this.cause()
    if (!this.clientId) throw new WrongUse('Say which client: --client-id=…')
    const clientSecret = await this.#secret()
    await this.store()

    const { OAuthManager } = await import('#oauth/oauth_manager')
    const { DatabaseCredentials } = await import('#oauth/credentials/database')
    const { PutTenantCredentials } = await import('#oauth/actions/put_tenant_credentials')
    const { EventRecorder } = await import('#shared/event_recorder')
    const manager = await this.app.container.make(OAuthManager)
    const credentials = manager.credentialsOf(this.provider)
    if (!(credentials instanceof DatabaseCredentials)) {
      throw new WrongUse('The tenants of this provider have no credentials in the database.')
    }

    const recorder = await this.app.container.make(EventRecorder)
    const action = new PutTenantCredentials(credentials, recorder)
    await action.run(this.tenant, { clientId: this.clientId, clientSecret }, cause)
    return {
      data: { tenant: this.tenant, clientId: this.clientId },
      lines: [`${this.tenant} has credentials. They count from its next token request on.`],
    }
  }

  /** Typed where nobody sees it, or piped; never an argument, which every process list shows. */
  async #secret(): Promise<Secret<string>> {
    const given = this.secretStdin ? await text(process.stdin) : await this.#ask()
    const secret = given.replace(/\r?\n$/, '')
    if (secret === '') throw new WrongUse('The client secret is empty.')
    return new Secret(secret)
  }

  #ask(): Promise<string> {
    if (!process.stdin.isTTY) throw new WrongUse('Pipe the client secret in: --secret-stdin')
    return this.prompt.secure('Client secret')
  }
}
