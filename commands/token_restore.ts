import { args } from '@adonisjs/core/ace'
import type { RestoreCount } from '#oauth/actions/token_backup'
import type { CommandAnswer } from './_answering_command.js'
import { tokenBackup } from './_token_backup.js'
import { TokenCommand } from './_token_command.js'

const NO = 1

export default class TokenRestore extends TokenCommand {
  static commandName = 'token:restore'
  static description =
    'Bring tokens and credentials of tenants back from a backup, unless later ones are stored'

  @args.string({ description: 'A file that token:backup wrote' })
  declare file: string

  protected async act(): Promise<CommandAnswer> {
    const { backup, cause } = await tokenBackup(this.app, await this.store())
    const tables = await backup.restore(this.file, cause)
    const total = sumOf(Object.values(tables))

    if (total.unreadable > 0) this.exitCode = NO
    return { data: { ...total, tables }, lines: Object.entries(tables).flatMap(linesOf) }
  }
}

function sumOf(counts: readonly RestoreCount[]): RestoreCount {
  const total: RestoreCount = { restored: 0, ended: 0, superseded: 0, unreadable: 0 }
  for (const count of counts) {
    for (const name of Object.keys(total) as (keyof RestoreCount)[]) total[name] += count[name]
  }
  return total
}

function linesOf([table, count]: [string, RestoreCount]): string[] {
  const { restored, ended, superseded, unreadable } = count
  return [
    `${table}: ${restored} restored, ${ended} have ended, ${superseded} were replaced or cleared since.`,
    ...(unreadable ? [`${table}: ${unreadable} open with no key that is configured.`] : []),
  ]
}
