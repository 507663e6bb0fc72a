import { text } from 'node:stream/consumers'
import { flags } from '@adonisjs/core/ace'
import { Secret } from '@adonisjs/core/helpers'
import { DateTime } from 'luxon'
import type { TenantCredentials as Credentials } from '#oauth/credentials/tenant_credentials'
import { WrongUse, type CommandAnswer } from './_answering_command.js'
import { TenantCommand } from './_tenant_command.js'

export default class TenantCredentials extends TenantCommand {
  static commandName = 'tenant:credentials'
  static description =
    'Give a tenant credentials: a client and its secret (the secret before works on), an account and its password, or a token'

  @flags.string({ description: 'The client id that the provider gave the tenant' })
  declare clientId?: string

  @flags.string({ description: 'Or the name of an account' })
  declare username?: string

  @flags.boolean({ description: 'Or a token that somebody was given' })
  declare token: boolean

  @flags.string({
    description: 'When that token ends, as 2027-01-31 or with a time; never without it',
  })
  declare expiresAt?: string

  @flags.boolean({ description: 'Read the secret, the password or the token from standard input' })
  declare secretStdin: boolean

  protected async act(): Promise<CommandAnswer> {
    this.checkName()
    const cause = await this.cause()
    const given = await this.#credentials()
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
    const action = new PutTenantCredentials(credentials, recorder, manager)
    await action.run(this.tenant, given, cause)
    return {
      data: { tenant: this.tenant, clientId: this.clientId ?? null },
      lines: [`${this.tenant} has credentials. They count from its next token request on.`],
    }
  }

  async #credentials(): Promise<Credentials> {
    const { clientId, username, token } = this
    const kinds = [clientId, username, token || undefined].filter((each) => each !== undefined)
    if (kinds.length !== 1) {
      throw new WrongUse('Say whose secret it is: --client-id=…, or --username=…, or --token')
    }
    const expiresAt = this.#end()
    const secret = await this.#secret()

    if (clientId !== undefined) return { clientId, clientSecret: secret }
    if (username !== undefined) return { username, password: secret }
    return { token: secret, ...(expiresAt === undefined ? {} : { expiresAt }) }
  }

  #end(): number | undefined {
    if (this.expiresAt === undefined) return undefined
    if (!this.token) throw new WrongUse('--expires-at is about a token: say --token')
    const end = DateTime.fromISO(this.expiresAt, { zone: 'utc' })
    if (!end.isValid)
      throw new WrongUse('--expires-at is no date: 2027-01-31, or 2027-01-31T12:00Z')
    return end.toMillis()
  }

  /** Typed where nobody sees it, or piped; never an argument, which every process list shows. */
  async #secret(): Promise<Secret<string>> {
    const given = this.secretStdin ? await text(process.stdin) : await this.#ask()
    const secret = given.replace(/\r?\n$/, '')
    if (secret === '') throw new WrongUse('The secret is empty.')
    return new Secret(secret)
  }

  #ask(): Promise<string> {
    if (!process.stdin.isTTY) throw new WrongUse('Pipe the secret in: --secret-stdin')
    return this.prompt.secure('Secret')
  }
}
