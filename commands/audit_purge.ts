import { flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import type { Purge } from '#audit/retention/purge'
import type { PurgeLimit, PurgePlan } from '#audit/retention/purge_plan'
import { AnsweringCommand, type CommandAnswer } from './_answering_command.js'
import { ProgressLine } from './_progress_line.js'

export default class AuditPurge extends AnsweringCommand {
  static commandName = 'audit:purge'
  static description = 'Remove audit events that are older than the retention period'
  static options: CommandOptions = { startApp: true }

  @flags.boolean({ description: 'Say what would go, and remove nothing' })
  declare dryRun: boolean

  @flags.boolean({ description: 'Believe the clock although the trail was silent for days' })
  declare trustClock: boolean

  async answer(): Promise<CommandAnswer> {
    const { Purge: PurgeClass } = await import('#audit/retention/purge')
    const purge = await this.app.container.make(PurgeClass)

    return this.dryRun ? this.#foresee(purge) : this.#carryOut(purge)
  }

  async #foresee(purge: Purge): Promise<CommandAnswer> {
    const unfinished = await purge.unfinished()
    const plan = await purge.plan({ trustClock: this.trustClock })

    const { firstSeq, lastSeq } = unfinished ?? {}
    const left = unfinished ? { firstSeq, lastSeq } : null
    const lines = [
      ...(left
        ? [`An unfinished purge of events ${firstSeq} to ${lastSeq} would be finished.`]
        : []),
      plan.prefix ? `Would remove ${described(plan.prefix)}.` : 'Would remove nothing.',
      limitLine(plan.limit),
    ]
    return { data: { dryRun: true, ...factsOf(plan), unfinished: left }, lines }
  }

  async #carryOut(purge: Purge): Promise<CommandAnswer> {
    const { operator } = await import('#access/operator')
    const progress = new ProgressLine('Events removed')
    const show = (removed: number, of: number) => progress.show(removed, of)

    const { removed, plan } = await purge
      .run({ actor: operator(), progress: show, trustClock: this.trustClock })
      .finally(() => progress.end())

    const lines = removed.map(
      ({ firstSeq, lastSeq, count }) => `Removed ${count} events, ${firstSeq} to ${lastSeq}.`
    )
    if (removed.length === 0) lines.push('Removed nothing.')
    return {
      data: { dryRun: false, ...factsOf(plan), removed },
      lines: [...lines, limitLine(plan.limit)],
    }
  }
}

function factsOf({ prefix, limit }: PurgePlan) {
  const { firstSeq = null, lastSeq = null, count = 0, oldest = null, newest = null } = prefix ?? {}
  return { count, firstSeq, lastSeq, oldest, newest, stoppedBy: limit }
}

function described({ firstSeq, lastSeq, count, oldest, newest }: NonNullable<PurgePlan['prefix']>) {
  return `${count} events, ${firstSeq} to ${lastSeq}, recorded from ${oldest} to ${newest}`
}

function limitLine(limit: PurgeLimit): string {
  switch (limit.why) {
    case 'age':
      return `From event ${limit.seq} on, events are younger than the retention period.`
    case 'hold':
      return `From event ${limit.seq} on, legal hold ${limit.holdId} keeps events: see audit:hold.`
    case 'unsettled':
      return `Event ${limit.seq} is a token request whose outcome is not recorded yet.`
    case 'no_checkpoint':
      return 'There are older events, but no checkpoint is old enough to end a purge at.'
    case 'end':
      return 'No event is left that has to stay.'
  }
}
