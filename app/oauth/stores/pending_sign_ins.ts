import { createHash } from 'node:crypto'
import { Secret } from '@adonisjs/core/helpers'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { PendingSignIn, PendingSignIns } from '#oauth/sign_in/pending_sign_ins'
import { reachable } from '#oauth/stores/reachable'
import type { TokenCipher } from '#oauth/token_cipher'
import type { Clock } from '#shared/clock'

const TABLE = 'oauth_sign_ins'

export interface PendingSignInStoreParts {
  connect: () => QueryClientContract
  cipher: TokenCipher
  clock: Clock
}

/** Sign-ins under way, in the database: the browser may come back to another process. */
export class PendingSignInStore implements PendingSignIns {
  readonly #parts: PendingSignInStoreParts

  constructor(parts: PendingSignInStoreParts) {
    this.#parts = parts
  }

  async add(state: string, pending: PendingSignIn, expiresAt: number): Promise<void> {
    const name = digestOf(state)
    const { codeVerifier, ...rest } = pending
    const text = JSON.stringify({ ...rest, codeVerifier: codeVerifier.release() })

    await this.#dropOld()
    const row = { state: name, sealed: this.#parts.cipher.seal(text, purposeOf(name)) }
    await this.#parts
      .connect()
      .table(TABLE)
      .insert({ ...row, expires_at: expiresAt })
  }

  /** Whoever takes the row away has it: a page that is loaded again finds nothing. */
  async take(state: string): Promise<PendingSignIn | null> {
    const name = digestOf(state)
    const row = await reachable(this.#rows().where({ state: name }).first())
    if (!row) return null
    const taken = await reachable(this.#rows().where({ state: name }).delete())
    if (Number(taken) === 0) return null
    if (Number(row.expires_at) <= this.#parts.clock.now()) return null

    const text = this.#parts.cipher.open(row.sealed, purposeOf(name))
    if (text === null) return null
    const { codeVerifier, ...rest } = JSON.parse(text)
    return { ...rest, codeVerifier: new Secret(codeVerifier) }
  }

  async #dropOld(): Promise<void> {
    await reachable(this.#rows().where('expires_at', '<=', this.#parts.clock.now()).delete())
  }

  #rows() {
    return this.#parts.connect().from(TABLE)
  }
}

function digestOf(state: string): string {
  return createHash('sha256').update(state).digest('hex')
}

function purposeOf(name: string): string {
  return `sign-in:${name}`
}
