import { args, flags } from '@adonisjs/core/ace'
import { Secret } from '@adonisjs/core/helpers'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import { AnsweringCommand, WrongUse, type CommandAnswer } from './_answering_command.js'

export default class UserCreate extends AnsweringCommand {
  static commandName = 'user:create'
  static description = 'Add a person or an application'
  static options: CommandOptions = { startApp: true }

  @args.string({ description: 'E-mail address: what the user is known by' })
  declare email: string

  @flags.string({ description: 'admin, reviewer or sender', required: true })
  declare role: string

  @flags.boolean({ description: 'Read the password from standard input' })
  declare passwordStdin: boolean

  async answer(): Promise<CommandAnswer> {
    const { newUserValidator } = await import('#access/validators')
    const { CreateUser } = await import('#access/actions/create_user')
    const { operator } = await import('#access/operator')

    const { email, role } = this
    await newUserValidator.validate({ email, role })
    const { password, made } = await this.#password()

    const input = await newUserValidator.validate({ email, role, password })
    const action = await this.app.container.make(CreateUser)
    const user = await action.run({ ...input, password: new Secret(password) }, operator())

    const lines = [`Created ${user.role} ${user.email} with id ${user.id}.`]
    if (made) lines.push('This password is shown once:', password)
    const data = { id: user.id, email: user.email, role: user.role }
    return { data: made ? { ...data, password } : data, lines }
  }

  /** From standard input, from the person at the terminal, or a new one. */
  async #password(): Promise<{ password: string; made: boolean }> {
    const { makePassword, readPassword } = await import('#access/passwords')

    if (this.passwordStdin) {
      const password = await readPassword(process.stdin)
      if (!password) throw new WrongUse('There is no password on standard input')
      return { password, made: false }
    }

    const typed = this.#atTerminal() ? await this.#ask() : ''
    return typed ? { password: typed, made: false } : { password: makePassword(), made: true }
  }

  #ask(): Promise<string> {
    return this.prompt.secure('Password (empty: one is made and shown once)')
  }

  #atTerminal(): boolean {
    return !this.json && Boolean(process.stdin.isTTY && process.stdout.isTTY)
  }
}
