import { Contract } from '#orange/sandbox/contract'
import { Outbox } from '#orange/sandbox/outbox'
import { PaceMeter } from '#orange/sandbox/pace_meter'
import { TokenIssuer } from '#orange/sandbox/token_issuer'
import { DEFAULT_SETTINGS, type SandboxSettings } from '#orange/sandbox/settings'

export interface StateOptions {
  clientId: string
  clientSecret: string
  settings: Partial<SandboxSettings>
  now: () => number
}

/** What Orange would remember between two requests. */
export class SandboxState {
  readonly clientId: string
  readonly clientSecret: string
  readonly tokens: TokenIssuer
  readonly contract: Contract
  readonly outbox: Outbox
  readonly pace: PaceMeter
  readonly settings: SandboxSettings
  readonly #initial: SandboxSettings

  constructor({ clientId, clientSecret, settings, now }: StateOptions) {
    this.clientId = clientId
    this.clientSecret = clientSecret
    this.tokens = new TokenIssuer({ clientId, now })
    this.contract = new Contract(now())
    this.outbox = new Outbox(now)
    this.pace = new PaceMeter(now)
    this.#initial = { ...DEFAULT_SETTINGS, ...settings }
    this.settings = { ...this.#initial }
  }

  /** As at the start, except that tokens keep the state they are in. */
  reset(): void {
    Object.assign(this.settings, this.#initial)
    this.outbox.clear()
    this.pace.reset()
  }
}
