import type { CredentialPause, PauseControl } from '#oauth/life/credential_pause'
import { concernsOneToken, type Brought, type Failure, type Pause } from '#oauth/life/pause'

/**
 * What keeps one token from being asked for: the pause of its credential, which other
 * tokens share, or its own, when its grant is dead and the credential is good.
 */
export class TokenPause implements PauseControl {
  readonly #credential: CredentialPause
  readonly #own: CredentialPause
  readonly #brought?: Brought

  /** @param brought by whom what is exchanged for the token was brought; by the client itself without it */
  constructor(credential: CredentialPause, own: CredentialPause, brought?: Brought) {
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
    return (concernsOneToken(failure, this.#brought) ? this.#own : this.#credential).begin(failure)
  }

  async end(): Promise<void> {
    await Promise.all([this.#own.end(), this.#credential.end()])
  }

  endOwn(): Promise<void> {
    return this.#own.end()
  }

  discard(): Promise<void> {
    return this.#own.discard()
  }
}
