import { flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import { AnsweringCommand, WrongUse, type CommandAnswer } from './_answering_command.js'

export default class AuditCheckpoint extends AnsweringCommand {
  static commandName = 'audit:checkpoint'
  static description = 'Sign where the audit trail stands, and keep it outside the database'
  static options: CommandOptions = { startApp: true }

  @flags.boolean({
    description: 'Go on from an older state of the trail that was restored; needs --reason',
  })
  declare acknowledgeRollback: boolean

  @flags.string({ description: 'Why the rollback is accepted; stands in the trail' })
  declare reason?: string

  async answer(): Promise<CommandAnswer> {
    return this.acknowledgeRollback ? this.#acknowledge() : this.#sign()
  }

  async #sign(): Promise<CommandAnswer> {
    const { Checkpointer } = await import('#audit/checkpoints/checkpointer')
    const { RollbackWatch } = await import('#audit/checkpoints/rollback_watch')

    const watch = await this.app.container.make(RollbackWatch)
    await watch.look()
    const checkpointer = await this.app.container.make(Checkpointer)
    const checkpoint = await checkpointer.sign('manual')

    if (!checkpoint) return { data: {}, lines: ['The trail is empty: there is nothing to sign.'] }
    const { seq, fingerprint } = checkpoint
    return { data: { ...checkpoint }, lines: [`Signed event ${seq}, fingerprint ${fingerprint}.`] }
  }

  async #acknowledge(): Promise<CommandAnswer> {
    const { AcceptRollback } = await import('#audit/checkpoints/accept_rollback')
    const { operator } = await import('#access/operator')
    if (!this.reason?.trim()) throw new WrongUse('Say why: --reason="…"')

    const action = await this.app.container.make(AcceptRollback)
    const { seq, lostUpTo } = await action.run(operator(), this.reason)
    return {
      data: { seq, lostUpTo },
      lines: [
        `Accepted: the trail goes on behind event ${seq}. Events up to ${lostUpTo} that checkpoints told of are lost.`,
      ],
    }
  }
}
