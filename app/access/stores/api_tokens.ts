import type { Secret } from '@adonisjs/core/helpers'
import logger from '@adonisjs/core/services/logger'
import { AccessToken, DbAccessTokensProvider } from '@adonisjs/auth/access_tokens'
import type { DbAccessTokensProviderOptions } from '@adonisjs/auth/types/access_tokens'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import { failureCode } from '#shared/failure_code'
import { systemClock, type Clock } from '#shared/clock'

/** How exact the last use of a token is known, in milliseconds. */
const LAST_USE_GRAIN_MS = 5 * 60_000

/** Row numbers. PostgreSQL fails on a comparison with anything that is not one. */
const IDENTIFIER = /^[1-9]\d{0,8}$/

/** Tokens of one user. */
export interface HeldTokens {
  /** The newest first. */
  tokens: AccessToken[]

  /** How many there are, listed or not. */
  total: number
}

export interface ApiTokensOptions<
  Model extends LucidModel,
> extends DbAccessTokensProviderOptions<Model> {
  clock?: Clock
}

/**
 * API tokens as the framework keeps them (a SHA-256 hash of each), except that checking
 * one is a read: its last use is written every five minutes at most, beside the request.
 */
export class ApiTokens<Model extends LucidModel> extends DbAccessTokensProvider<Model> {
  readonly #options: ApiTokensOptions<Model>
  readonly #clock: Clock
  readonly #notes = new Map<AccessToken['identifier'], Promise<void>>()

  constructor(options: ApiTokensOptions<Model>) {
    super(options)
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** The same tokens, read and written inside a transaction. */
  within(trx: TransactionClientContract): ApiTokens<Model> {
    return new TokensInTransaction(this.#options, trx)
  }

  override async verify(value: Secret<string>): Promise<AccessToken | null> {
    const given = AccessToken.decode(this.prefix, value.release())
    if (!given || !IDENTIFIER.test(given.identifier)) return null

    const db = await this.getDb()
    const row = await db
      .from(this.table)
      .where({ id: Number(given.identifier), type: this.type })
      .first()
    if (!row) return null

    const token = this.dbRowToAccessToken(row)
    if (!token.verify(given.secret) || token.isExpired()) return null

    this.#noteUse(token)
    return token
  }

  /** Tokens of these users that have not expired, by user. */
  async validOf(
    userIds: number[],
    { now, most }: { now: Date; most: number }
  ): Promise<Map<number, HeldTokens>> {
    const db = await this.getDb()
    const numbered = db
      .query()
      .from(this.table)
      .where('type', this.type)
      .whereIn('tokenable_id', userIds)
      .where('expires_at', '>', now)
      .select('*')
      .select(db.raw('row_number() OVER (PARTITION BY tokenable_id ORDER BY id DESC) AS place'))
      .select(db.raw('count(*) OVER (PARTITION BY tokenable_id) AS total'))
      .as('numbered')
    const rows = await db.from(numbered).where('place', '<=', most).orderBy('id', 'desc')

    const byUser = Map.groupBy(rows, (row) => Number(row.tokenable_id))
    const held = [...byUser].map(([id, own]): [number, HeldTokens] => [
      id,
      { tokens: own.map((row) => this.dbRowToAccessToken(row)), total: Number(own[0].total) },
    ])
    return new Map(held)
  }

  /** Resolves when no last use is being written. */
  async settled(): Promise<void> {
    await Promise.all(this.#notes.values())
  }

  #noteUse({ identifier, lastUsedAt }: AccessToken): void {
    const recently = this.#clock.now() - LAST_USE_GRAIN_MS
    if (lastUsedAt && lastUsedAt.getTime() > recently) return
    if (this.#notes.has(identifier)) return

    const note = this.#writeUse(identifier)
      .catch((error) => {
        const facts = { token: identifier, code: failureCode(error) }
        logger.warn(facts, 'The last use of an API token could not be written')
      })
      .finally(() => this.#notes.delete(identifier))
    this.#notes.set(identifier, note)
  }

  async #writeUse(identifier: AccessToken['identifier']): Promise<void> {
    const db = await this.getDb()
    await db
      .from(this.table)
      .where({ id: identifier, type: this.type })
      .update({ last_used_at: new Date(this.#clock.now()) })
  }
}

class TokensInTransaction<Model extends LucidModel> extends ApiTokens<Model> {
  readonly #trx: TransactionClientContract

  constructor(options: ApiTokensOptions<Model>, trx: TransactionClientContract) {
    super(options)
    this.#trx = trx
  }

  protected override async getDb(): Promise<QueryClientContract> {
    return this.#trx
  }
}
