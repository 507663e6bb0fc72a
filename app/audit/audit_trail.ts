import { randomUUID } from 'node:crypto'
import type { Logger } from '@adonisjs/core/logger'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { type AuditEvent, EventRecorder, RecordingUnavailable } from '#shared/event_recorder'
import type { Clock } from '#shared/clock'
import { bodyOf, canonicalText, type RecordingFacts } from '#audit/audit_body'
import { filterColumnsOf } from '#audit/audit_row'
import { fingerprintOf } from '#audit/chain'
import { OutageLog } from '#audit/outage_log'
import { failureCode } from '#shared/failure_code'
import { commitmentsOf, type PersonalValue, personalValuesOf } from '#audit/personal_values'
import type { SigningKey } from '#audit/signing_key'
import type { AuditStore } from '#audit/stores/audit_store'

export interface AuditTrailOptions {
  store: AuditStore
  signingKey: SigningKey
  clock: Clock
  logger: Logger

  /** How this process is named in the events that it writes. */
  instanceId: string
}

/** An event with what does not change when writing it has to be tried again. */
interface Entry {
  event: AuditEvent
  facts: Omit<RecordingFacts, 'recordedAt'>
  personalValues: PersonalValue[]
}

const MOST_TRIES = 5
const FIRST_RETRY_MS = 5

/** Another transaction was in the way: SQLite's lock, PostgreSQL's serialization failure, deadlock. */
const CONFLICT = /^(SQLITE_BUSY|SQLITE_LOCKED|40001$|40P01$)/

/** Appends events to the chain, each signed and on disk before `record` resolves. */
export class AuditTrail extends EventRecorder {
  readonly #options: AuditTrailOptions
  readonly #outage: OutageLog

  constructor(options: AuditTrailOptions) {
    super()
    this.#options = options
    this.#outage = new OutageLog(options.logger, 'Recording audit events')
  }

  /**
   * A transaction that is given stays usable when recording in it fails; whoever gave
   * it decides by the rejection that nothing is committed.
   *
   * @throws RecordingUnavailable for every reason; the log has a code for the first of an outage
   */
  async record(event: AuditEvent, trx?: TransactionClientContract): Promise<void> {
    try {
      await this.#append(this.#entryOf(event), trx)
    } catch (error) {
      this.#outage.failed(error)
      throw new RecordingUnavailable()
    }

    this.#outage.worked()
  }

  #entryOf(event: AuditEvent): Entry {
    const personalValues = personalValuesOf(event)
    const facts = {
      eventId: randomUUID(),
      instanceId: this.#options.instanceId,
      commitments: commitmentsOf(personalValues),
    }
    return { event, facts, personalValues }
  }

  async #append(entry: Entry, outer?: TransactionClientContract): Promise<void> {
    const { store } = this.#options

    for (let tries = 1; ; tries++) {
      try {
        return await store.transaction((trx) => this.#write(entry, trx), outer)
      } catch (error) {
        // A conflict ends the whole transaction: one that was given cannot be tried again here.
        if (outer || tries === MOST_TRIES || !CONFLICT.test(failureCode(error))) throw error
        await this.#pause(FIRST_RETRY_MS * 2 ** tries)
      }
    }
  }

  async #write(entry: Entry, trx: TransactionClientContract): Promise<void> {
    const { store, signingKey, clock } = this.#options
    const { seq, fingerprint: previous } = await store.takeNumber(trx)

    const body = bodyOf(entry.event, { ...entry.facts, recordedAt: clock.now() })
    const text = canonicalText(body)
    const fingerprint = fingerprintOf(previous, text)

    await store.insert(trx, {
      seq,
      body: text,
      fingerprint,
      prev_fingerprint: previous,
      ...filterColumnsOf(body),
    })
    await store.insertPersonalValues(trx, body.eventId, entry.personalValues)
    await store.saveHead(trx, signingKey.sign(store.chain, { seq, fingerprint }), body.recordedAt)
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(delayMs, resolve))
  }
}
