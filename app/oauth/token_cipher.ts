import type { EncryptionManager } from '@adonisjs/core/encryption'

/** The generation of keys that a text was sealed with stands in front of it. */
const SEPARATOR = '.'

/**
 * Seals what is kept at rest: AES-256-GCM under the newest of several generations of keys.
 * What is sealed is bound to a purpose, the key of its row: moved to another one it does
 * not open.
 */
export class TokenCipher {
  readonly #encryption: Pick<EncryptionManager<never>, 'use'>
  readonly #generations: readonly string[]

  /**
   * @param encryption has an encryptor of the name of each generation
   * @param generations the newest first
   */
  constructor(encryption: Pick<EncryptionManager<never>, 'use'>, generations: readonly string[]) {
    this.#encryption = encryption
    this.#generations = generations
  }

  get newest(): string {
    return this.#generations[0]
  }

  seal(text: string, purpose: string): string {
    return this.#of(this.newest).encrypt(text, { purpose })
  }

  /** @returns null when no key opens it for this purpose, or it was changed */
  open(sealed: string, purpose: string): string | null {
    const generation = generationOf(sealed)
    if (!this.knows(generation)) return null

    const text: unknown = this.#of(generation).decrypt(sealed, purpose)
    return typeof text === 'string' ? text : null
  }

  knows(generation: string): boolean {
    return this.#generations.includes(generation)
  }

  #of(generation: string) {
    return this.#encryption.use(generation as never)
  }
}

/** Which generation of keys sealed this. Not trusted: whoever can change it can change all. */
export function generationOf(sealed: string): string {
  return sealed.split(SEPARATOR, 1)[0]
}
