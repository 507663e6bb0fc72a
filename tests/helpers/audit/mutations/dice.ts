import { seededRandom } from '#tests/helpers/seeded_random'

/** Chance that is the same for the same seed. */
export class Dice {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** A whole number, both ends included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.#random() * (max - min + 1))
  }

  pick<T>(values: readonly T[]): T {
    return values[this.int(0, values.length - 1)]
  }

  chance(probability: number): boolean {
    return this.#random() < probability
  }

  hex(bytes: number): string {
    return this.#bytes(bytes).toString('hex')
  }

  base64(bytes: number): string {
    return this.#bytes(bytes).toString('base64')
  }

  #bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.int(0, 255)))
  }
}
