/**
 * Lets one call be in the air at a time. Whoever asks meanwhile gets the same result,
 * success or failure.
 */
export class SingleFlight<T> {
  #inAir?: Promise<T>

  get busy(): boolean {
    return this.#inAir !== undefined
  }

  run(start: () => Promise<T>): Promise<T> {
    this.#inAir ??= start().finally(() => {
      this.#inAir = undefined
    })
    return this.#inAir
  }

  /** Resolves when nothing is in the air any more, however it ended. */
  async landed(): Promise<void> {
    await this.#inAir?.catch(() => {})
  }
}
