import { args } from '@adonisjs/core/ace'
import type { CommandAnswer } from './_answering_command.js'
import { tokenBackup } from './_token_backup.js'
import { TokenCommand } from './_token_command.js'

export default class TokenBackup extends TokenCommand {
  static commandName = 'token:backup'
  static description =
    'Write stored tokens and credentials of tenants to a new file, sealed as they are'

  @args.string({ description: 'The file to write; it must not be there yet' })
  declare file: string

  protected async act(): Promise<CommandAnswer> {
    const { backup, cause } = await tokenBackup(this.app, await this.store())
    const counts = await backup.write(this.file, cause)
    const written = Object.entries(counts).map(([table, rows]) => `${rows} ${table}`)
    return {
      data: { file: this.file, ...counts },
      lines: [
        `Wrote ${written.join(', ')} to ${this.file}. They open with the keys of today only: keep those too.`,
      ],
    }
  }
}
