import type { TlsOptions } from 'node:tls'
import type { LoggedRequest } from '#orange/sandbox/request_log'
import { parseSettings, type SandboxSettings } from '#orange/sandbox/settings'

/** Settings may be given beside these. */
export interface SandboxOptions extends Partial<SandboxSettings> {
  /** On 127.0.0.1; 0 (the default) takes a free one. */
  port?: number
  clientId?: string
  clientSecret?: string

  /** Time of tokens, pace and log. Delays of faults are real time. */
  clock?: { now(): number }

  /** Chance of faults with a probability, and jitter: from 0 up to 1. */
  random?: () => number

  /** With key and certificate the sandbox speaks https. */
  tls?: TlsOptions

  /** Told of each request when it is answered, or when the client has given up. */
  onExchange?: (request: LoggedRequest) => void
}

/**
 * The same at every start, and those that the gateway assumes in sandbox mode (config/orange.ts).
 * They open nothing but a sandbox.
 */
const CLIENT_ID = 'sandbox-client'
const CLIENT_SECRET = 'sandbox-secret'

/**
 * Options with their defaults, the settings among them apart.
 *
 * @throws {InvalidInstruction} What is neither an option nor a setting, or has the wrong form.
 */
export function readOptions(options: SandboxOptions) {
  const { port = 0, clientId = CLIENT_ID, clientSecret = CLIENT_SECRET, ...others } = options
  const { clock, random = Math.random, tls, onExchange = () => {}, ...settings } = others

  return {
    port,
    client: { clientId, clientSecret },
    now: () => clock?.now() ?? Date.now(),
    random,
    tls,
    onExchange,
    settings: parseSettings(settings),
  }
}
