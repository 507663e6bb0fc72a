import { args, flags } from '@adonisjs/core/ace'
import { Secret } from '@adonisjs/core/helpers'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import type { FoundLogin, ProbeResult } from '#oauth/actions/probe_login'
import { AnsweringCommand, WrongUse, type CommandAnswer } from './_answering_command.js'
import { ENTRY_VARIABLES, providerEntry } from './_provider_entry.js'

const NO = 1

const STOPPED: Record<NonNullable<ProbeResult['stopped']>, string> = {
  account_locked: 'An answer says that the account is locked: nothing more was tried.',
  throttled: 'The host wants to be left alone for a while: nothing more was tried.',
  unreachable: 'The host cannot be reached.',
  attempts_used_up: 'The password was sent often enough: name the path of the login.',
}

export default class TokenProbe extends AnsweringCommand {
  static commandName = 'token:probe'
  static description = 'Try the known ways to sign in at one host, and print the entry that works'
  static options: CommandOptions = { startApp: true }

  @args.string({
    description: 'The host, e.g. https://api.example.org, or its login itself',
    required: false,
  })
  declare url?: string

  @flags.string({ description: 'Who signs in: a name or an e-mail address' })
  declare username?: string

  @flags.boolean({ description: 'Read the password from standard input' })
  declare passwordStdin: boolean

  async answer(): Promise<CommandAnswer> {
    const url = await this.#checkedUrl()
    const login = await this.#login()
    const { operator } = await import('#access/operator')
    const { ProbeLogin } = await import('#oauth/actions/probe_login')
    const { systemClock: clock } = await import('#shared/clock')
    const { EventRecorder } = await import('#shared/event_recorder')
    const { HttpClient } = await import('#shared/http_client')

    const recorder = await this.app.container.make(EventRecorder)
    const http = await this.app.container.make(HttpClient)
    const action = new ProbeLogin({ http, recorder, clock })
    const result = await action.run({ url, login }, { actor: operator() })

    const { found } = result
    if (!found) this.exitCode = NO
    return found ? answerFound(found, result) : answerNotFound(result)
  }

  async #checkedUrl(): Promise<string> {
    const { urlProblem } = await import('#shared/url_problem')
    if (!this.url) throw new WrongUse('Say which host: token:probe https://api.example.org')
    const problem = urlProblem(this.url)
    if (problem) throw new WrongUse(`The address ${problem}.`)
    return this.url
  }

  /** Whoever lists the processes of this machine sees no password. */
  async #login(): Promise<{ username: string; password: Secret<string> }> {
    const { username } = this
    if (!username) throw new WrongUse('Say who signs in: --username=…')
    const password = await this.#password()
    if (!password) throw new WrongUse('There is no password.')
    return { username, password: new Secret(password) }
  }

  async #password(): Promise<string> {
    const { readPassword } = await import('#access/passwords')
    if (this.passwordStdin) return readPassword(process.stdin)
    if (!this.json && process.stdin.isTTY) return this.prompt.secure('Password')
    throw new WrongUse('Give the password on standard input: --password-stdin')
  }
}

function answerFound(found: FoundLogin, { attempts, answers }: ProbeResult): CommandAnswer {
  const entry = providerEntry(found)
  return {
    data: { found: true, ...found, entry, variables: ENTRY_VARIABLES, attempts, answers },
    lines: [
      `Signed in at ${found.url}. For "providers" of config/oauth.ts:`,
      '',
      entry,
      '',
      'For start/env.ts:',
      '',
      ENTRY_VARIABLES,
    ],
  }
}

function answerNotFound({ stopped, attempts, answers }: ProbeResult): CommandAnswer {
  const each = answers.map(({ path, answers: given }) => `  ${path}: ${given.join(', ')}`)
  return {
    data: { found: false, stopped: stopped ?? null, attempts, answers },
    lines: [
      stopped ? STOPPED[stopped] : 'No login was found that takes this name and password.',
      `What was answered, first to a request without a name; the password was sent ${attempts} times:`,
      ...each,
    ],
  }
}
