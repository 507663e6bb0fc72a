import type { CommandAnswer } from './_answering_command.js'
import { TenantCommand } from './_tenant_command.js'

export default class TenantEnable extends TenantCommand {
  static commandName = 'tenant:enable'
  static description = 'Switch a tenant on again'

  protected async act(): Promise<CommandAnswer> {
    this.checkName()
    const cause = await this.cause()
    await this.store()
    const { OAuthManager } = await import('#oauth/oauth_manager')
    const manager = await this.app.container.make(OAuthManager)

    await manager.enable(this.provider, this.tenant, cause)
    return { data: { tenant: this.tenant, enabled: true }, lines: [`${this.tenant} is on.`] }
  }
}
