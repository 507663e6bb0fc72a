/** Remembers what was used last, by name, and says what has to make room. */
export class RecentlyUsed<T> {
  readonly #most: number
  readonly #things = new Map<string, T>()

  constructor(most: number) {
    this.#most = most
  }

  /** @returns what was not used for longest, when there are too many; it is forgotten */
  use(name: string, thing: T): T | undefined {
    this.#things.delete(name)
    this.#things.set(name, thing)
    if (this.#things.size <= this.#most) return undefined

    const [[oldest, last]] = this.#things
    this.#things.delete(oldest)
    return last
  }
}
