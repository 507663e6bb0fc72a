import type { Logger } from '@adonisjs/core/logger'
import type { SigningKey } from '#audit/chain/signing_key'
import { EventPages } from '#audit/export/event_pages'
import { ExportContent } from '#audit/export/export_content'
import { exportStarted, type ExportOrder } from '#audit/export/export_events'
import { ExportRun } from '#audit/export/export_run'
import { formats } from '#audit/export/formats'
import type { ExportStore } from '#audit/stores/export_store'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'

export interface AuditExportParts {
  store: ExportStore
  recorder: EventRecorder
  signingKey: SigningKey
  clock: Clock
  logger: Logger

  /** Name of the chain that is exported. */
  chain: string
}

/** Hands out the trail, or the part of it that filters let through, as a file to keep. */
export class AuditExport {
  readonly #parts: AuditExportParts
  readonly #running = new Set<ExportRun>()
  readonly #stopping = new AbortController()

  constructor(parts: AuditExportParts) {
    this.#parts = parts
  }

  /**
   * Records that the export begins, and gets it ready. It ends with the newest event that
   * there is by then, however many are appended while it runs; nothing is held open between
   * two chunks, however long the reader takes.
   *
   * @throws {RecordingUnavailable} and then nothing is exported
   * @throws {ExportUnavailable} when the trail cannot be read
   */
  async start(order: ExportOrder): Promise<ExportRun> {
    const { store, recorder, signingKey, clock, logger, chain } = this.#parts
    await recorder.record(exportStarted(order, chain))

    const content = new ExportContent({
      format: formats[order.format],
      pages: new EventPages(store, order.filters),
      chain,
      asked: order.asked,
      signingKey,
      clock,
    })
    const ended = () => this.#running.delete(run)
    const run = new ExportRun({ order, content, chain, recorder, logger, ended })
    this.#running.add(run)

    await run.open()
    return run
  }

  /** A name to save an export under, e.g. `audit-main-20260102T030405Z.csv`. */
  fileName(format: ExportOrder['format']): string {
    const { chain, clock } = this.#parts
    const instant = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '')
    return `audit-${chain}-${instant}.${format}`
  }

  /** Aborted when the process is about to end, so that nobody waits for a slow reader. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** Cuts what is under way. Resolves when that is recorded. */
  async close(): Promise<void> {
    const stopped = [...this.#running].map((run) => run.stop('service_stopping'))
    this.#stopping.abort()
    await Promise.all(stopped)
  }
}
