import { flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import type { LegalHolds } from '#audit/retention/legal_holds'
import type { LegalHold } from '#audit/stores/hold_store'
import type { Actor } from '#shared/event_recorder'
import { AnsweringCommand, WrongUse, type CommandAnswer } from './_answering_command.js'

const MOST_SHOWN = 200

export default class AuditHold extends AnsweringCommand {
  static commandName = 'audit:hold'
  static description = 'List legal holds, place one (--reason) or release one (--release)'
  static options: CommandOptions = { startApp: true }

  @flags.string({ description: 'First instant or day to keep; open without it' })
  declare from?: string

  @flags.string({ description: 'Last instant or day to keep; open without it' })
  declare to?: string

  @flags.string({ description: 'Id of the legal hold to release' })
  declare release?: string

  @flags.string({ description: 'Why; kept for good and not erasable, so name no person' })
  declare reason?: string

  async answer(): Promise<CommandAnswer> {
    const { LegalHolds: LegalHoldsClass } = await import('#audit/retention/legal_holds')
    const { operator } = await import('#access/operator')
    const holds = await this.app.container.make(LegalHoldsClass)

    if (this.release !== undefined) return this.#release(holds, operator())
    if (this.from || this.to || this.reason) return this.#place(holds, operator())
    return this.#list(holds, operator())
  }

  async #list(holds: LegalHolds, actor: Actor): Promise<CommandAnswer> {
    const page = await holds.list({ limit: MOST_SHOWN }, { actor })

    const lines = page.holds.map(lineOf)
    if (lines.length === 0) lines.push('There are no legal holds.')
    if (page.next !== null) lines.push(`These are the newest ${MOST_SHOWN}.`)
    return { data: { holds: page.holds, more: page.next !== null }, lines }
  }

  async #place(holds: LegalHolds, actor: Actor): Promise<CommandAnswer> {
    const { placeHoldValidator } = await import('#audit/retention/validators')
    const { from, to, reason } = this
    const { reason: why, ...range } = await placeHoldValidator.validate({ from, to, reason })

    const hold = await holds.place(range, { actor, reason: why })
    return { data: { ...hold }, lines: [`Placed legal hold ${hold.id}.`, lineOf(hold)] }
  }

  async #release(holds: LegalHolds, actor: Actor): Promise<CommandAnswer> {
    const { releaseHoldValidator } = await import('#audit/retention/validators')
    if (this.from || this.to) throw new WrongUse('--release goes with --reason alone')
    if (!/^[1-9]\d{0,8}$/.test(this.release!))
      throw new WrongUse('--release takes the id of a hold')
    const { reason } = await releaseHoldValidator.validate({ reason: this.reason })

    const id = Number(this.release)
    await holds.release(id, { actor, reason })
    return { data: { id, released: true }, lines: [`Released legal hold ${id}.`] }
  }
}

function lineOf(hold: LegalHold): string {
  const range = `${hold.from ?? 'the beginning'} to ${hold.to ?? 'whatever comes'}`
  const state = hold.releasedAt ? `released ${hold.releasedAt} by ${hold.releasedBy}` : 'active'
  return `${hold.id}  ${range}  ${state}  placed ${hold.placedAt} by ${hold.placedBy}: ${hold.reason}`
}
