import type { AuditRow } from '#audit/chain/audit_row'
import type { ChainPosition, StoredHead } from '#audit/chain/position'
import { headText } from '#audit/chain/signed_head'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { ChainStore } from '#audit/stores/chain_store'
import { agreesWithItself, parseBody } from '#audit/verification/chain_check'

/** More than any group has events: within so many rows there is a signature, or it was removed. */
const LONGEST_GROUP = 512

/** A run of events that follow each other. */
export interface Stretch {
  after: number
  last: number
  linked: number
}

/** What the signatures in a stretch of the chain prove. */
export interface Proven {
  /** The last number that a genuine signature vouches for. */
  upTo: number

  /** The first event of the stretch whose signature is not genuine: somebody rewrote what it covers. */
  contradictedAt?: number
}

/**
 * Looks for the last position that a signature proves. Who rewrites a chain from an event
 * on spoils every signature behind it and none before, so the place is found by halving.
 */
export class Proofs {
  readonly #store: ChainStore
  readonly #keys: TrustedKeys

  constructor(store: ChainStore, keys: TrustedKeys) {
    this.#store = store
    this.#keys = keys
  }

  /**
   * @param after the position that the chain begins behind
   * @param last the end of the stretch that agrees with itself
   * @param linked the last row that names the fingerprint of the row before it
   */
  async search({ after, last, linked }: Stretch): Promise<Proven> {
    let upTo = after
    let open = last
    let contradictedAt: number | undefined

    while (upTo < open) {
      const middle = Math.floor((upTo + open) / 2) + 1
      const row = await this.#signedRow(middle, linked)
      const genuine = row && this.#provesItsPredecessor(row)
      if (row && !genuine) contradictedAt = row.seq

      if (genuine) upTo = row.seq - 1
      else open = middle - 1
    }
    return { upTo, contradictedAt }
  }

  /**
   * Whether what stands from `seq` on is what was recorded: it hangs together up to the
   * next genuine signature. Then a broken link in front of it is the fault of the row before.
   */
  async isGenuineFrom(seq: number, head?: StoredHead): Promise<boolean> {
    const rows = await this.#store.rows(
      { after: seq - 1, upTo: seq + LONGEST_GROUP },
      LONGEST_GROUP
    )
    let before: AuditRow | undefined

    for (const row of rows) {
      if (row.seq !== (before ? before.seq + 1 : seq) || !agreesWithItself(row)) return false
      if (before && row.prev_fingerprint !== before.fingerprint) return false
      if (headSignatureOf(row)) return this.#provesItsPredecessor(row)
      before = row
    }
    return Boolean(before && this.#signed(before, head?.signature))
  }

  /**
   * Where events were put in between: an event that agrees with itself names, as the one
   * before it, not that but an earlier one of the stretch.
   *
   * @returns the number of the first event that does not belong there
   */
  async insertedBefore(seq: number, after: number): Promise<number | undefined> {
    const from = Math.max(after, seq - LONGEST_GROUP) - 1
    const rows = await this.#store.rows({ after: from, upTo: seq }, LONGEST_GROUP + 1)
    const row = rows.at(-1)
    if (row?.seq !== seq || !agreesWithItself(row)) return undefined

    const named = rows.findIndex(({ fingerprint }) => fingerprint === row.prev_fingerprint)
    const first = rows[named + 1]
    if (named < 0 || first === row || first.seq === seq) return undefined
    // The same event twice: the second one is too many.
    return first.fingerprint === row.fingerprint ? seq : first.seq
  }

  /**
   * The last event of the stretch that this signature was made for. Whoever adds to a
   * chain often leaves the signature of its true head where it was.
   */
  async positionSigned(
    range: { after: number; upTo: number },
    signature: string | null | undefined
  ): Promise<number | undefined> {
    const rows = await this.#store.rows(range, LONGEST_GROUP)
    return rows.find((row) => this.#signed(row, signature))?.seq
  }

  /** The first row from `from` on that names the signature of the head before it. */
  async #signedRow(from: number, upTo: number): Promise<AuditRow | undefined> {
    const rows = await this.#store.rows({ after: from, upTo }, LONGEST_GROUP)
    return rows.find((row) => headSignatureOf(row) !== undefined)
  }

  #provesItsPredecessor(row: AuditRow): boolean {
    const position = { seq: row.seq - 1, fingerprint: row.prev_fingerprint }
    return this.#signed(position, headSignatureOf(row))
  }

  #signed(position: ChainPosition, signature: string | null | undefined): boolean {
    if (!signature) return false
    return this.#keys.anySigned(headText(this.#store.chain, position), signature)
  }
}

function headSignatureOf(row: AuditRow): string | undefined {
  const signature = parseBody(row.body)?.headSignature
  return typeof signature === 'string' ? signature : undefined
}
