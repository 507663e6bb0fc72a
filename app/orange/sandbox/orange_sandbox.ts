import type { TlsOptions } from 'node:tls'
import type { Fault } from '#orange/sandbox/faults/fault'
import { FaultQueue } from '#orange/sandbox/faults/fault_queue'
import { parseFault } from '#orange/sandbox/faults/parse_fault'
import type { AcceptedMessage } from '#orange/sandbox/outbox'
import { RequestLog, type LoggedRequest } from '#orange/sandbox/request_log'
import { control, isControl, type Controls } from '#orange/sandbox/routes/control_routes'
import { OrangeApi } from '#orange/sandbox/routes/orange_api'
import { readOptions, type SandboxOptions } from '#orange/sandbox/sandbox_options'
import { parseSettings, type SandboxSettings } from '#orange/sandbox/settings'
import { SandboxState } from '#orange/sandbox/state'
import { Listener } from '#orange/sandbox/wire/listener'
import { RequestHandler } from '#orange/sandbox/wire/request_handler'

export type { SandboxOptions }

/**
 * A local Orange: a real HTTP server that answers as Orange was recorded to answer, does
 * what a script tells it to do wrong, and remembers what arrived. README.md has the tables.
 */
export class OrangeSandbox implements Controls {
  readonly #state: SandboxState
  readonly #faults: FaultQueue
  readonly #log = new RequestLog()
  readonly #listener: Listener
  readonly #scheme: string

  /**
   * Resolves when it listens.
   *
   * @throws {InvalidInstruction} A setting is unknown or has the wrong form.
   * @throws EADDRINUSE when the port is taken.
   */
  static async start(options: SandboxOptions = {}): Promise<OrangeSandbox> {
    const sandbox = new OrangeSandbox(options)
    await sandbox.#listener.open()
    return sandbox
  }

  private constructor(options: SandboxOptions) {
    const { settings, client, port, now, random, tls, onExchange } = readOptions(options)
    this.#state = new SandboxState({ ...client, settings, now })
    this.#faults = new FaultQueue(random)
    this.#scheme = tls ? 'https' : 'http'

    const handler = new RequestHandler({
      api: new OrangeApi(this.#state),
      faults: this.#faults,
      log: this.#log,
      reset: (remotePort) => this.#listener.reset(remotePort),
      now,
      random,
      onExchange,
    })
    this.#listener = this.#createListener({ handler, port, tls })
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`
  }

  get port(): number {
    return this.#listener.port
  }

  get clientId(): string {
    return this.#state.clientId
  }

  get clientSecret(): string {
    return this.#state.clientSecret
  }

  /** What arrived, oldest first, without secrets. The last 5,000. */
  get requests(): readonly LoggedRequest[] {
    return this.#log.entries
  }

  /** Every accepted send, oldest first: an SMS sent twice is there twice. */
  get messages(): readonly AcceptedMessage[] {
    return this.#state.outbox.messages
  }

  /** Scripted and not yet played to their end. */
  get faults(): readonly Fault[] {
    return this.#faults.pending
  }

  get settings(): Readonly<SandboxSettings> {
    return this.#state.settings
  }

  /**
   * Scripts what the next requests meet, in this order.
   *
   * @throws {InvalidInstruction}
   */
  fault(...scripts: Fault[]): void {
    for (const fault of scripts.map(parseFault)) {
      if (fault.kind === 'refuse') this.#listener.refuseFor(fault.forMs)
      else this.#faults.add(fault)
    }
  }

  /** @throws {InvalidInstruction} */
  configure(changes: Partial<SandboxSettings>): void {
    Object.assign(this.#state.settings, parseSettings(changes))
  }

  /** Tokens issued so far are answered with code 42 from now on. */
  expireTokens(): void {
    this.#state.tokens.expireAll()
  }

  /** Tokens issued so far are answered with code 41 from now on. */
  revokeTokens(): void {
    this.#state.tokens.revokeAll()
  }

  /** Faults, log, messages and settings as at the start. Tokens stay as they are. */
  reset(): void {
    this.#faults.clear()
    this.#log.clear()
    this.#state.reset()
  }

  /** Ends every connection; resolves when the port is free. */
  stop(): Promise<void> {
    return this.#listener.close()
  }

  /** After {@link stop}, or early after a `refuse` fault: listens on the same port again. */
  restart(): Promise<void> {
    return this.#listener.reopen()
  }

  #createListener(parts: { handler: RequestHandler; port: number; tls?: TlsOptions }): Listener {
    return new Listener({
      port: parts.port,
      tls: parts.tls,
      onRequest: (message, response) =>
        isControl(message)
          ? control(this, message, response)
          : parts.handler.handle(message, response),
      connectionFault: () => {
        const fault = this.#faults.take('connection')
        return fault?.kind === 'hang' || fault?.kind === 'reset' ? fault : undefined
      },
    })
  }
}
