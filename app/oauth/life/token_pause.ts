import type { CredentialPause, PauseControl } from '#oauth/life/credential_pause'
import { mayBeOfOneCaller, type Failure, type Pause } from '#oauth/life/pause'

/**
 * What keeps one token from being asked for: the pause of its credential, which other
 * tokens share, or its own, when its grant is dead and the credential is good.
 */
export class TokenPause implements PauseControl {
  readonly #credential: CredentialPause
  readonly #own: CredentialPause
  readonly #brought: boolean

  /** @param brought what is exchanged for the token was brought by a caller, who may bring anything */
  constructor(
    credential: CredentialPause,
    own: CredentialPause,
    { brought }: { brought: boolean }
  ) {
    this.#credential = credential
    this.#own = own
    this.#brought = brought
  }

  get known(): Pause | null {
    return this.#own.known ?? this.#credential.known
  }

  get own(): Pause | null {
    return this.#own.known
  }

  get last(): Pause | null {
    return this.#own.last ?? this.#credential.last
  }

  async current(): Promise<Pause | null> {
    return (await this.#own.current()) ?? this.#credential.current()
  }

  async recheck(): Promise<void> {
    await Promise.all([this.#own.recheck(), this.#credential.recheck()])
  }

  remainingMs(pause: Pause): number {
    return (pause === this.#own.known ? this.#own : this.#credential).remainingMs(pause)
  }

  begin(failure: Failure): Promise<Pause> {
    return (this.#isOwn(failure) ? this.#own : this.#credential).begin(failure)
  }

  async end(): Promise<void> {
    await Promise.all([this.#own.end(), this.#credential.end()])
  }

  discard(): Promise<void> {
    return this.#own.discard()
  }

  #isOwn(failure: Failure): boolean {
    if (this.#brought) return mayBeOfOneCaller(failure)
    return failure.verdict === 'terminal_for_key'
  }
}
