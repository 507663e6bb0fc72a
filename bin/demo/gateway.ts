import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Environment } from './environment.js'

const run = promisify(execFile)

const START_TIMEOUT_MS = 60_000

/** The gateway as its users meet it: commands, a server process, an HTTP API. */
export class Gateway {
  readonly #environment: Environment
  #server?: ChildProcess
  #ended?: Promise<unknown>
  #output = ''

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** What the server has written so far. */
  get output(): string {
    return this.#output
  }

  /** Runs a command and answers what it printed. */
  async ace(...words: string[]): Promise<string> {
    const { root: cwd, variables: env } = this.#environment
    const { stdout } = await run(process.execPath, ['ace.js', ...words], { cwd, env })
    return stdout.trim().split('\n').at(-1) ?? ''
  }

  /** Answers an API token of the new user. */
  async createUser(role: string): Promise<string> {
    const email = `${role}@example.org`
    await this.ace('user:create', email, `--role=${role}`, '--json')
    const issued = await this.ace('user:token', email, '--name=demo', '--json')
    return JSON.parse(issued).data.token
  }

  async start(): Promise<string> {
    const { root: cwd, variables: env, url } = this.#environment
    this.#server = spawn(process.execPath, ['--import=@poppinss/ts-exec', 'bin/server.ts'], {
      cwd,
      env,
      // Ctrl-C is meant for the demonstration, which then stops the server properly.
      detached: true,
    })
    this.#ended = once(this.#server, 'exit')
    this.#server.stdout?.on('data', (chunk) => (this.#output += chunk))
    this.#server.stderr?.on('data', (chunk) => (this.#output += chunk))

    const deadline = Date.now() + START_TIMEOUT_MS
    while (Date.now() < deadline && this.#server.exitCode === null) {
      const live = await fetch(`${url}/health/live`).catch(() => undefined)
      if (live?.ok) return url
      await sleep(100)
    }
    throw new Error('the gateway did not start')
  }

  /** Resolves when the server has ended, for whatever reason. */
  async ended(): Promise<void> {
    await this.#ended
  }

  async stop(): Promise<void> {
    this.#server?.kill('SIGTERM')
    await this.#ended
  }

  async send(token: string, sms: { to: string; message: string }) {
    const { data } = await this.#call(token, 'POST', '/api/sms/send', sms)
    return data as { id: string; status: string; resourceId: string }
  }

  get(token: string, path: string) {
    return this.#call(token, 'GET', path)
  }

  async #call(token: string, method: string, path: string, body?: object) {
    const answer = await fetch(`${this.#environment.url}${path}`, {
      method,
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    const content = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${content}`)
    return JSON.parse(content)
  }
}
