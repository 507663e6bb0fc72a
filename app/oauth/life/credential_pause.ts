import type { TokenStore } from '#oauth/contracts'
import { DISABLED, pauseAfter, remainingPause, type Failure, type Pause } from '#oauth/life/pause'
import type { Random } from '#shared/backoff'
import type { Clock } from '#shared/clock'

/** The reason of a pause that is over. */
const ENDED = 'ended'

/** The last instant that a date can have. */
const NEVER = 8.64e15

/** Until when nobody asks, and who says so. */
export interface PauseControl {
  /** The pause in force as far as this process knows. Does no I/O. */
  readonly known: Pause | null

  /** The pause of this one token, while its credentials may be good. */
  readonly own?: Pause | null

  /** The last failure, while no request has succeeded since: its pause may be over. */
  readonly last: Pause | null

  /** The pause in force, here or in the store. */
  current(): Promise<Pause | null>

  /** Learns what became of a known pause: another process may have ended it. */
  recheck(): Promise<void>
  remainingMs(pause: Pause): number

  /**
   * In force here before the first await: nobody slips through while the store is told.
   * Answers undefined where such a failure pauses nothing.
   */
  begin(failure: Failure): Promise<Pause | undefined>

  /** A request succeeded: failures are counted from none again. */
  end(): Promise<void>

  /** What is exchanged for this one token is another one from now on. */
  endOwn?(): Promise<void>

  /** The store need not know any more what it knows of this one token. */
  discard?(): Promise<void>
}

/**
 * The pause of one credential, obeyed by every token service that uses it. What this
 * process knows counts at once; the store tells the other processes.
 */
export class CredentialPause implements PauseControl {
  readonly #credential: string
  readonly #store: TokenStore
  readonly #clock: Clock
  readonly #random: Random
  #known: Pause | null = null

  /** How often the store is being told something: what it says meanwhile is older. */
  #telling = 0

  /** When the known pause ends by the monotonic clock: one that was set back prolongs nothing. */
  #endsAt = 0

  constructor(
    credential: string,
    { store, clock, random }: { store: TokenStore; clock: Clock; random: Random }
  ) {
    this.#credential = credential
    this.#store = store
    this.#clock = clock
    this.#random = random
  }

  get last(): Pause | null {
    return this.#known?.failures ? this.#known : null
  }

  get known(): Pause | null {
    return this.#known && this.remainingMs(this.#known) > 0 ? this.#known : null
  }

  async current(): Promise<Pause | null> {
    if (this.known) return this.known

    const stored = await this.#store.getPause(this.#credential)
    if (stored) this.#learn(stored)
    return this.known
  }

  remainingMs(pause: Pause): number {
    const byWallClock = remainingPause(pause, this.#clock.now())
    return Math.max(0, Math.min(byWallClock, this.#endsAt - this.#clock.monotonic()))
  }

  async begin(failure: Failure): Promise<Pause> {
    if (this.#known?.reason === DISABLED) return this.#known
    const pause = pauseAfter(failure, this.#known, { now: this.#clock.now(), random: this.#random })
    this.#learn(pause)
    await this.#tell(async () => {
      if (!(await this.#switchedOff())) await this.#store.setPause(this.#credential, pause)
    })
    return pause
  }

  async end(): Promise<void> {
    if (this.#known?.failures && !(await this.#switchedOff())) await this.#over()
  }

  /** No force breaks it, and no success ends it. */
  async disable(): Promise<void> {
    const pause = { since: this.#clock.now(), until: NEVER, reason: DISABLED, failures: 0 }
    this.#learn(pause)
    await this.#tell(() => this.#store.setPause(this.#credential, pause))
  }

  /** Whatever pause there is, here or in the store, is over. */
  async enable(): Promise<void> {
    await this.#over()
  }

  async recheck(): Promise<void> {
    const before = this.#known
    if (!before || before.reason === ENDED) return

    const stored = await this.#store.getPause(this.#credential)
    if (this.#known !== before || this.#telling > 0) return
    if (stored) this.#learn(stored)
    else await this.#tell(() => this.#store.setPause(this.#credential, before))
  }

  /** What was refused was refused to other credentials. A tenant that is switched off stays so. */
  async credentialsChanged(): Promise<void> {
    const pause = await this.current()
    if (pause && pause.reason !== DISABLED) await this.#over()
  }

  /** Somebody may have switched the tenant off, here or elsewhere, while a request was in the air. */
  async #switchedOff(): Promise<boolean> {
    const stored = await this.#store.getPause(this.#credential)
    if (stored?.reason === DISABLED) this.#learn(stored)
    return stored?.reason === DISABLED
  }

  /** Nobody will ask about it again. */
  async discard(): Promise<void> {
    await this.#store.removePause(this.#credential)
  }

  /** Leaves a trace, so that a pause that ended can be told from one that the store has lost. */
  async #over(): Promise<void> {
    const now = this.#clock.now()
    const ended = { since: now, until: now, reason: ENDED, failures: 0 }
    this.#learn(ended)
    await this.#tell(() => this.#store.setPause(this.#credential, ended))
  }

  async #tell(write: () => Promise<void>): Promise<void> {
    this.#telling++
    try {
      await write()
    } finally {
      this.#telling--
    }
  }

  /** A pause that is known already is not begun again by being read again. */
  #learn(pause: Pause): void {
    if (this.#known?.since !== pause.since || this.#known.until !== pause.until) {
      this.#endsAt = this.#clock.monotonic() + remainingPause(pause, this.#clock.now())
    }
    this.#known = pause
  }
}
