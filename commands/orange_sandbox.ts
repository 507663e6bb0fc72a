import { BaseCommand, flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import type { LoggedRequest } from '#orange/sandbox/request_log'

const DEFAULT_PORT = 4010

export default class OrangeSandboxCommand extends BaseCommand {
  static commandName = 'orange:sandbox'
  static description = 'Start a local Orange that accepts SMS and sends none'
  static options: CommandOptions = { staysAlive: true }

  @flags.string({
    description: `Port on 127.0.0.1; 0 takes a free one (default: ${DEFAULT_PORT})`,
    allowEmptyValue: true,
  })
  declare port?: string

  @flags.boolean({ description: 'Print one JSON document when it listens; requests go to stderr' })
  declare json?: boolean

  async run(): Promise<void> {
    const port = this.#readPort()
    if (port === undefined) return this.#fail(2, '--port must be a whole number from 0 to 65535')

    const sandbox = await this.#start(port)
    if (!sandbox) {
      return this.#fail(1, `Port ${port} is taken. Choose another, for example --port=${port + 1}`)
    }

    this.app.terminating(() => sandbox.stop())
    this.app.listen('SIGINT', () => void this.terminate())
    this.#announce(sandbox)
  }

  #readPort(): number | undefined {
    const value = this.port ?? String(DEFAULT_PORT)
    return /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : undefined
  }

  /** Undefined when the port is taken. */
  async #start(port: number): Promise<OrangeSandbox | undefined> {
    try {
      return await OrangeSandbox.start({ port, onExchange: (request) => this.#show(request) })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }

  async #fail(exitCode: number, reason: string): Promise<void> {
    this.logger.logError(reason)
    this.exitCode = exitCode
    await this.terminate()
  }

  #announce(sandbox: OrangeSandbox): void {
    const environment = environmentFor(sandbox)
    if (this.json) {
      const { url, port, clientId, clientSecret } = sandbox
      const data = { url, port, clientId, clientSecret, environment }
      return this.logger.log(JSON.stringify({ data }))
    }

    const lines = Object.entries(environment).map(([name, value]) => `  ${name}=${value}`)
    this.logger.log(`Orange sandbox listens on ${sandbox.url}. It sends nothing.`)
    this.logger.log(`\nFor .env:\n\n${lines.join('\n')}\n`)
    this.logger.log(`What arrived: ${sandbox.url}/__sandbox/requests  Stop: Ctrl-C\n`)
  }

  #show({ at, method, path, status, fault }: LoggedRequest): void {
    const outcome = [status ?? 'no answer', fault && `(${fault})`].filter(Boolean).join(' ')
    const line = `${at} ${method} ${path} ${outcome}`
    if (this.json) this.logger.logError(line)
    else this.logger.log(line)
  }
}

function environmentFor({ url, clientId, clientSecret }: OrangeSandbox): Record<string, string> {
  return {
    ORANGE_CLIENT_ID: clientId,
    ORANGE_CLIENT_SECRET: clientSecret,
    ORANGE_API_BASE_URL: url,
    ORANGE_TOKEN_ENDPOINT: `${url}/oauth/v3/token`,
    ORANGE_SMS_SENDER_ADDRESS: 'tel:+2210000',
  }
}
