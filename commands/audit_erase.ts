import { flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import { AnsweringCommand, WrongUse, type CommandAnswer } from './_answering_command.js'
import { ProgressLine } from './_progress_line.js'

export default class AuditErase extends AnsweringCommand {
  static commandName = 'audit:erase'
  static description =
    'Erase addresses, comments and subjects of audit events; the chain stays whole'
  static options: CommandOptions = { startApp: true }

  @flags.string({ description: 'Of the events of this actor' })
  declare actor?: string

  @flags.string({ description: 'Of the events recorded before this instant or day' })
  declare before?: string

  @flags.string({ description: 'Why; recorded in the trail' })
  declare reason?: string

  @flags.boolean({ description: 'Say how many values would be erased, and erase none' })
  declare dryRun: boolean

  async answer(): Promise<CommandAnswer> {
    const { erasureValidator } = await import('#audit/retention/validators')
    const { Erasure } = await import('#audit/retention/erasure')
    const { operator } = await import('#access/operator')

    const { actor, before, reason } = this
    if (!actor && !before) throw new WrongUse('Say whose values: --actor=ID, --before=DATE or both')
    const { reason: why, ...selector } = await erasureValidator.validate({ actor, before, reason })

    const erasure = await this.app.container.make(Erasure)
    const progress = new ProgressLine('Events looked at')
    const show = (seq: number, of: number) => progress.show(seq, of)
    const request = { selector, actor: operator(), reason: why, progress: show }
    const work = this.dryRun ? erasure.count(request) : erasure.run(request)
    const count = await work.finally(() => progress.end())

    const verb = this.dryRun ? 'Would erase' : 'Erased'
    return {
      data: { dryRun: Boolean(this.dryRun), count, ...selector },
      lines: [`${verb} ${count} personal values. Those under a legal hold stay.`],
    }
  }
}
