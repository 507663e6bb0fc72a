import type { AuditRow } from '#audit/chain/audit_row'
import { commitmentOf } from '#audit/recording/personal_values'
import type { ChainStore, NumberedValue } from '#audit/stores/chain_store'
import { parseBody } from '#audit/verification/chain_check'

/** Holds the personal values beside the chain against what their events commit to. */
export class PersonalValueCheck {
  readonly #store: ChainStore

  /** Values that an event commits to and that are not there any more. */
  erased = 0

  /** The first event that has a value which it does not commit to. */
  fault?: { firstBadSeq: number; problem: 'personal_value_changed' }

  constructor(store: ChainStore) {
    this.#store = store
  }

  /** @param rows events without a gap, found good */
  async check(rows: readonly AuditRow[]): Promise<void> {
    if (rows.length === 0) return
    const range = { after: rows[0].seq - 1, upTo: rows.at(-1)!.seq }
    const values = Map.groupBy(await this.#store.personalValues(range), ({ seq }) => seq)

    for (const row of rows) this.#checkEvent(row, values.get(row.seq) ?? [])
  }

  #checkEvent(row: AuditRow, values: readonly NumberedValue[]): void {
    // Most events have neither: they need no second look at their body.
    if (values.length === 0 && !row.body.includes('"commitments"')) return

    const commitments = parseBody(row.body)?.commitments ?? {}
    const wrong = values.some((value) => commitments[value.field] !== commitmentOf(value))
    if (wrong) this.fault ??= { firstBadSeq: row.seq, problem: 'personal_value_changed' }
    this.erased += Object.keys(commitments).length - values.length
  }
}
