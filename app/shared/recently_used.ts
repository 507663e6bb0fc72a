/** Remembers what was used last, and says what has to make room. */
export class RecentlyUsed {
  readonly #most: number
  readonly #names = new Set<string>()

  constructor(most: number) {
    this.#most = most
  }

  /** @returns the name that was not used for longest, when there are too many; it is forgotten */
  use(name: string): string | undefined {
    this.#names.delete(name)
    this.#names.add(name)
    if (this.#names.size <= this.#most) return undefined

    const [oldest] = this.#names
    this.#names.delete(oldest)
    return oldest
  }
}
