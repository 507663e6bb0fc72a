import { Secret } from '@adonisjs/core/helpers'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { BackedUpRows, BroughtBack } from '#oauth/backed_up_rows'
import { CredentialsUnreadable, StoreUnavailable } from '#oauth/errors'
import type { Resealed, SealedRows } from '#oauth/sealed_rows'
import type {
  Alongside,
  KeptRefreshToken,
  NewRefreshToken,
  RefreshTokens,
  SignedIn,
  SignInState,
} from '#oauth/sign_in/contracts'
import {
  columnsOf,
  keyOf,
  purposeOf,
  rowFromText,
  rowToText,
  stateOf,
  type Key,
  type Row,
} from '#oauth/stores/refresh_token_row'
import { reachable } from '#oauth/stores/reachable'
import { generationOf, type TokenCipher } from '#oauth/token_cipher'
import type { Clock } from '#shared/clock'
import { GatewayError } from '#shared/gateway_error'
import { inTransaction } from '#shared/transaction'

const TABLE = 'oauth_refresh_tokens'
/** Why a sign-in is over that nobody took back. */
const SIGNED_OUT = 'signed_out'

const PRIMARY = ['provider', 'tenant', 'subject']

export interface RefreshTokenStoreParts {
  connect: () => QueryClientContract
  cipher: TokenCipher
  clock: Clock
}

/** Refresh tokens in the database, each sealed for its row. */
export class RefreshTokenStore implements RefreshTokens, SealedRows, BackedUpRows {
  readonly name = 'refresh tokens'
  readonly #parts: RefreshTokenStoreParts

  constructor(parts: RefreshTokenStoreParts) {
    this.#parts = parts
  }

  async find(who: SignedIn): Promise<KeptRefreshToken | null> {
    const key = keyOf(who)
    const row = await this.#read(key)
    if (!row?.sealed) return null

    const text = this.#parts.cipher.open(row.sealed, purposeOf(key))
    if (text === null) throw new CredentialsUnreadable()
    const { signedInAt, expiresAt } = stateOf(row)
    return { refreshToken: new Secret(text), sequence: Number(row.sequence), signedInAt, expiresAt }
  }

  async state(who: SignedIn): Promise<SignInState | null> {
    const row = await this.#read(keyOf(who))
    return row ? stateOf(row) : null
  }

  async signIn(who: SignedIn, token: NewRefreshToken, alongside?: Alongside): Promise<void> {
    const key = keyOf(who)
    const row = {
      ...this.#sealed(key, token),
      signed_in_at: this.#parts.clock.now(),
      ended_by: null,
    }

    await this.#together(alongside, async (client) => {
      const sequence = client.knexRawQuery('?? + 1', [`${TABLE}.sequence`])
      const insert = this.#insert(key, { ...row, sequence: 1 }, client)
      await reachable(insert.merge({ ...row, sequence }))
      return true
    })
  }

  async rotate(who: SignedIn, token: NewRefreshToken, sequence: number): Promise<boolean> {
    const key = keyOf(who)
    return this.#replace(key, sequence, this.#sealed(key, token))
  }

  end(who: SignedIn, reason: string, sequence: number, alongside?: Alongside): Promise<boolean> {
    const over = { sealed: null, ended_by: reason }
    return this.#together(alongside, (client) => this.#replace(keyOf(who), sequence, over, client))
  }

  async signOut(who: SignedIn, alongside?: Alongside): Promise<NewRefreshToken | null> {
    const key = keyOf(who)
    for (;;) {
      const row = await this.#read(key)
      if (!row?.sealed) return null
      if (!(await this.end(who, SIGNED_OUT, Number(row.sequence), alongside))) continue

      const text = this.#parts.cipher.open(row.sealed, purposeOf(key))
      return text === null ? null : { refreshToken: new Secret(text) }
    }
  }

  async *keys(): AsyncIterable<Key> {
    for (const row of await this.#all()) yield keyOf(row)
  }

  async generation(key: Key): Promise<string | null> {
    const row = await this.#read(key)
    return row?.sealed ? generationOf(row.sealed) : null
  }

  async reseal(key: Key): Promise<Resealed> {
    const { cipher } = this.#parts
    const row = await this.#read(key)
    if (!row?.sealed) return 'gone'
    const { sealed } = row
    if (generationOf(sealed) === cipher.newest) return 'current'

    const text = cipher.open(sealed, purposeOf(key))
    if (text === null) return 'unreadable'
    const update = { sealed: cipher.seal(text, purposeOf(key)) }
    return isOne(await reachable(this.#row(key).where({ sealed }).update(update)))
      ? 'resealed'
      : 'changed'
  }

  async sealed(key: Key): Promise<string | null> {
    const row = await this.#read(key)
    return row?.sealed ? rowToText(row) : null
  }

  /** Where one was spent, given up or replaced since, its row stands there and stays. */
  async restore(key: Key, text: string): Promise<BroughtBack> {
    const row = rowFromText(text)
    if (!row?.sealed || this.#parts.cipher.open(row.sealed, purposeOf(key)) === null) {
      return 'unreadable'
    }
    if (Number(row.expires_at ?? Infinity) <= this.#parts.clock.now()) return 'ended'

    const inserted = await reachable(this.#insert(key, row).ignore().returning('provider'))
    return inserted.length > 0 ? 'restored' : 'superseded'
  }

  #sealed(key: Key, { refreshToken, expiresAt }: NewRefreshToken) {
    const sealed = this.#parts.cipher.seal(refreshToken.release(), purposeOf(key))
    return { sealed, expires_at: expiresAt ?? null }
  }

  /** What goes along with a change does only if there is one. */
  async #together(
    alongside: Alongside | undefined,
    change: (client: QueryClientContract) => Promise<boolean>
  ): Promise<boolean> {
    if (!alongside) return change(this.#parts.connect())
    try {
      return await inTransaction(this.#parts.connect(), async (trx) => {
        const changed = await change(trx)
        if (changed) await alongside(trx)
        return changed
      })
    } catch (error) {
      throw error instanceof GatewayError ? error : new StoreUnavailable()
    }
  }

  async #replace(
    key: Key,
    sequence: number,
    values: object,
    client = this.#parts.connect()
  ): Promise<boolean> {
    const row = client.from(TABLE).where({ ...columnsOf(key), sequence })
    return isOne(await reachable(row.update({ ...values, sequence: sequence + 1 })))
  }

  #insert(key: Key, row: object, client = this.#parts.connect()) {
    const query = client.knexQuery().table(TABLE)
    return query.insert({ ...columnsOf(key), ...row }).onConflict(PRIMARY)
  }

  async #read(key: Key): Promise<Row | undefined> {
    const row = await reachable(this.#row(key).first())
    return row ?? undefined
  }

  #row(key: Key) {
    return this.#parts.connect().from(TABLE).where(columnsOf(key))
  }

  #all(): Promise<Row[]> {
    return reachable(this.#parts.connect().from(TABLE).whereNotNull('sealed').select(PRIMARY))
  }
}

function isOne(changed: unknown): boolean {
  return Number(changed) > 0
}
