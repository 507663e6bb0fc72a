/** How many token requests one credential may have in the air once it is known to work. */
const MOST = 4

/**
 * Lets few token requests of one credential into the air at a time, so that no tenant uses
 * up what all share; and one only until one has succeeded, so that a bad secret is found out
 * by a single request, however many people are waiting for tokens.
 */
export class CredentialGate {
  #proven = false
  #inside = 0
  readonly #waiting: (() => void)[] = []

  /** Resolves when it is this one's turn. Each has to {@link leave}. */
  async enter(): Promise<void> {
    if (this.#inside >= this.#limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#inside++
  }

  /** @param worked whether the provider gave a token; undefined: it was not asked */
  leave(worked?: boolean): void {
    if (worked !== undefined) this.#proven = worked
    this.#inside--

    while (this.#inside < this.#limit && this.#waiting.length > 0) {
      this.#inside++
      this.#waiting.shift()!()
    }
  }

  get #limit(): number {
    return this.#proven ? MOST : 1
  }
}
