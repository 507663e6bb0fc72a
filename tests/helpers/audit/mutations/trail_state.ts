import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { AuditRow } from '#audit/chain/audit_row'
import type { StoredHead } from '#audit/chain/position'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import type { PersonalValue } from '#audit/recording/personal_values'
import type { PurgeMark } from '#audit/retention/purge_mark'
import { ChainStore } from '#audit/stores/chain_store'

export type StoredValue = PersonalValue & { event_id: string }

/** Everything that the database holds of a trail. */
export interface TrailState {
  rows: AuditRow[]

  /** Undefined when the row is gone. */
  head?: StoredHead
  values: StoredValue[]
  marks: PurgeMark[]
}

/** A trail as it was recorded, with what is known about it. */
export interface GenuineTrail extends TrailState {
  head: StoredHead

  /** The number that the chain begins behind. */
  start: number

  /** The first number of every group. */
  groups: number[]

  /** Kept outside the database, in the order in which they were made. */
  checkpoints: Checkpoint[]

  /** The same trail as it was earlier, and what it could have become from there. */
  older: { state: TrailState; continued: TrailState }
}

const CHAIN = 'main'

export async function loadState(trx: TransactionClientContract): Promise<TrailState> {
  const store = new ChainStore(() => trx, CHAIN)
  const { head, lastSeq } = await store.end()

  return {
    rows: await store.rows({ after: 0, upTo: lastSeq }, lastSeq || 1),
    head,
    values: await trx.from('audit_personal_values').select('event_id', 'field', 'salt', 'value'),
    marks: await store.purgeMarks(),
  }
}

/** Replaces whatever the database holds. */
export async function storeState(trx: TransactionClientContract, state: TrailState): Promise<void> {
  const tables = ['audit_personal_values', 'audit_events', 'audit_heads', 'audit_purges']
  for (const table of tables) await trx.from(table).delete()

  const { rows, head, values, marks } = state
  if (rows.length > 0) await trx.table('audit_events').multiInsert(rows)
  if (values.length > 0) await trx.table('audit_personal_values').multiInsert(values)
  if (head) {
    const { seq, fingerprint, signature, keyId } = head
    await trx
      .table('audit_heads')
      .insert({ chain: CHAIN, seq, fingerprint, signature, key_id: keyId })
  }
  for (const [index, mark] of marks.entries()) {
    await trx.table('audit_purges').insert({
      id: index + 1,
      chain: mark.chain,
      first_seq: mark.firstSeq,
      last_seq: mark.lastSeq,
      fingerprint: mark.fingerprint,
      started_at: mark.startedAt,
      finished_at: mark.startedAt,
      signature: mark.signature,
      key_id: mark.keyId,
    })
  }
}
