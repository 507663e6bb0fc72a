import { args } from '@adonisjs/core/ace'
import { WrongUse } from './_answering_command.js'
import { TokenActionCommand } from './_token_command.js'

const NAME = /^(?!\.\.?$)[\w.-]{1,64}$/

/** A command about one tenant, for a reason that the trail keeps. */
export abstract class TenantCommand extends TokenActionCommand {
  @args.string({ description: 'The tenant: up to 64 letters, digits, dots, dashes, underscores' })
  declare tenant: string

  /** @throws {WrongUse} */
  protected checkName(): void {
    if (!NAME.test(this.tenant)) throw new WrongUse('That cannot be the name of a tenant.')
  }
}
