import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { type AuditRow, filterColumnsOf } from '#audit/chain/audit_row'
import type { ChainGuard } from '#audit/chain/chain_guard'
import { fingerprintOf, type StoredHead } from '#audit/chain/position'
import { type SignedHead, signHead } from '#audit/chain/signed_head'
import type { SigningKey } from '#audit/chain/signing_key'
import { bodyOf, canonicalText } from '#audit/recording/audit_body'
import type { Entry } from '#audit/recording/entry'
import type { AuditStore } from '#audit/stores/audit_store'
import type { Clock } from '#shared/clock'

export interface GroupWriterParts {
  store: AuditStore
  guard: ChainGuard
  signingKey: SigningKey
  clock: Clock
}

/** Writes events that are committed together: numbered, chained, under one signed head. */
export class GroupWriter {
  readonly #parts: GroupWriterParts

  constructor(parts: GroupWriterParts) {
    this.#parts = parts
  }

  /**
   * @returns the new head
   * @throws {ChainRefused} when the stored head may not be built on
   */
  async write(entries: readonly Entry[], trx: TransactionClientContract): Promise<SignedHead> {
    const { store, guard, signingKey, clock } = this.#parts
    const before = await store.takeNumbers(trx, entries.length)
    guard.admit(before)

    const recordedAt = new Date(clock.now()).toISOString()
    const rows = chained(entries, before, recordedAt)
    await store.insertEvents(trx, rows)
    await store.insertPersonalValues(trx, entries.flatMap(personalRowsOf))

    const head = signHead(signingKey, store.chain, rows.at(-1)!)
    await store.saveHead(trx, head, recordedAt)
    guard.remember(head)
    return head
  }
}

function chained(entries: readonly Entry[], before: StoredHead, recordedAt: string): AuditRow[] {
  const rows: AuditRow[] = []
  let { seq, fingerprint } = before

  for (const { event, facts } of entries) {
    const headSignature = rows.length === 0 ? (before.signature ?? undefined) : undefined
    const body = bodyOf(event, { ...facts, recordedAt, headSignature })
    const text = canonicalText(body)
    const previous = fingerprint

    seq += 1
    fingerprint = fingerprintOf(previous, text)
    rows.push({
      seq,
      body: text,
      fingerprint,
      prev_fingerprint: previous,
      ...filterColumnsOf(body),
    })
  }
  return rows
}

function personalRowsOf({ facts, personalValues }: Entry) {
  return personalValues.map((value) => ({ event_id: facts.eventId, ...value }))
}
