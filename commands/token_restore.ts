import { args } from '@adonisjs/core/ace'
import type { CommandAnswer } from './_answering_command.js'
import { tokenBackup } from './_token_backup.js'
import { TokenCommand } from './_token_command.js'

const NO = 1

export default class TokenRestore extends TokenCommand {
  static commandName = 'token:restore'
  static description = 'Bring tokens back from a backup, unless later ones are stored'

  @args.string({ description: 'A file that token:backup wrote' })
  declare file: string

  protected async act(): Promise<CommandAnswer> {
    const { backup, cause } = await tokenBackup(this.app, await this.store())
    const count = await backup.restore(this.file, cause)

    if (count.unreadable > 0) this.exitCode = NO
    return {
      data: { ...count },
      lines: [
        `${count.restored} restored, ${count.ended} have ended, ${count.superseded} were replaced or cleared since.`,
        ...(count.unreadable ? [`${count.unreadable} open with no key that is configured.`] : []),
      ],
    }
  }
}
