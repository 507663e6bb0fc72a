/**
 * One line on stderr that is written over and over, where somebody watches: nothing in
 * a pipe or a log.
 */
export class ProgressLine {
  readonly #what: string
  #shown = false

  constructor(what: string) {
    this.#what = what
  }

  /** @param of how many there are, where that is known */
  show(done: number, of?: number): void {
    if (!process.stderr.isTTY) return
    this.#shown = true
    process.stderr.write(`\r${this.#what}: ${done}${of === undefined ? '' : ` of ${of}`}`)
  }

  end(): void {
    if (this.#shown) process.stderr.write('\n')
  }
}
