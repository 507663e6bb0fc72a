import type { Logger } from '@adonisjs/core/logger'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { type AuditEvent, EventRecorder, RecordingUnavailable } from '#shared/event_recorder'
import { ChainRefused } from '#audit/chain/errors'
import { Appender, type AppenderParts } from '#audit/recording/appender'
import { type Entry, entryOf } from '#audit/recording/entry'
import { GroupWriter, type GroupWriterParts } from '#audit/recording/group_writer'
import { RecordingOutage } from '#audit/recording/recording_outage'
import type { AuditStore } from '#audit/stores/audit_store'

export interface AuditTrailOptions extends GroupWriterParts, Pick<AppenderParts, 'committed'> {
  logger: Logger

  /** How this process is named in the events that it writes. */
  instanceId: string
}

/** Appends events to the chain, signed and on disk before `record` resolves. */
export class AuditTrail extends EventRecorder {
  readonly #instanceId: string
  readonly #store: AuditStore
  readonly #writer: GroupWriter
  readonly #appender: Appender
  readonly #outage: RecordingOutage

  constructor({ logger, instanceId, ...parts }: AuditTrailOptions) {
    super()
    this.#instanceId = instanceId
    this.#store = parts.store
    this.#writer = new GroupWriter(parts)
    this.#appender = new Appender({ ...parts, writer: this.#writer })
    this.#outage = new RecordingOutage({
      logger,
      clock: parts.clock,
      append: (event) => this.#appender.append(entryOf(event, instanceId)),
    })
  }

  /**
   * A transaction that is given stays usable when recording in it fails; whoever gave
   * it decides by the rejection that nothing is committed.
   *
   * @throws RecordingUnavailable for every reason; the log has a code for the first of an outage
   */
  async record(event: AuditEvent, trx?: TransactionClientContract): Promise<void> {
    try {
      const entry = entryOf(event, this.#instanceId)
      await (trx ? this.#join(entry, trx) : this.#appender.append(entry))
    } catch (error) {
      this.#outage.failed(error)
      throw new RecordingUnavailable(!(error instanceof ChainRefused))
    }

    // The one connection of SQLite is taken while a transaction is open.
    if (!trx) await this.#outage.worked()
  }

  /** In a savepoint. A conflict ends the whole transaction, so there is nothing to try again here. */
  async #join(entry: Entry, outer: TransactionClientContract): Promise<void> {
    await this.#store.transaction((trx) => this.#writer.write([entry], trx), outer)
  }
}
