import type { CommandAnswer } from './_answering_command.js'
import { TenantCommand } from './_tenant_command.js'

export default class TenantDisable extends TenantCommand {
  static commandName = 'tenant:disable'
  static description = 'Switch a tenant off: its tokens are cleared, and no gateway asks for others'

  protected async act(): Promise<CommandAnswer> {
    this.checkName()
    const cause = await this.cause()
    await this.store()
    const { OAuthManager } = await import('#oauth/oauth_manager')
    const manager = await this.app.container.make(OAuthManager)

    await manager.disable(this.provider, this.tenant, cause)
    return {
      data: { tenant: this.tenant, enabled: false },
      lines: [`${this.tenant} is off. Gateways forget its tokens within five seconds.`],
    }
  }
}
