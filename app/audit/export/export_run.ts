import type { Logger } from '@adonisjs/core/logger'
import type { SignedManifest } from '#audit/export/manifest'
import { ExportStopped, ExportUnavailable } from '#audit/export/errors'
import type { ExportContent } from '#audit/export/export_content'
import { exported, exportFailed, type ExportOrder } from '#audit/export/export_events'
import type { AuditEvent, EventRecorder } from '#shared/event_recorder'
import { failureCode } from '#shared/failure_code'
import { GatewayError } from '#shared/gateway_error'

export interface ExportRunParts {
  order: ExportOrder
  content: ExportContent
  chain: string
  recorder: EventRecorder
  logger: Logger

  /** Told when the end of the export has been recorded, or cannot be. */
  ended: () => void
}

/**
 * One export under way, as its chunks. However it ends is recorded: whoever sees its end
 * knows that the record of it is on disk, and whoever stops before calls `return`, as
 * `for await`, `pipeline` and destroyed streams do.
 */
export class ExportRun implements AsyncIterableIterator<Buffer> {
  readonly #parts: ExportRunParts
  readonly #chunks: AsyncGenerator<Buffer, SignedManifest>
  #opened?: IteratorResult<Buffer, undefined>
  #ended?: Promise<void>
  #whole = false

  constructor(parts: ExportRunParts) {
    this.#parts = parts
    this.#chunks = parts.content.chunks()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Events handed out so far, and the number of the last of them. */
  get extent(): ExportContent['extent'] {
    return this.#parts.content.extent
  }

  /** Number of the newest event that can come. */
  get newestSeq(): number {
    return this.#parts.content.newestSeq
  }

  /** Gets the first chunk ready: what fails at once then fails before anything is sent. */
  async open(): Promise<void> {
    this.#opened = await this.next()
  }

  /**
   * @throws {ExportUnavailable} when the trail cannot be read
   * @throws {ExportOvertaken} when a purge ran meanwhile
   * @throws {ExportStopped} after `stop` or `return`
   * @throws {RecordingUnavailable} when everything was handed out and that cannot be recorded
   */
  async next(): Promise<IteratorResult<Buffer, undefined>> {
    const opened = this.#opened
    this.#opened = undefined
    if (opened) return opened

    try {
      const { done, value } = await this.#chunks.next()
      if (!done) return { done, value }

      if (value) await this.#complete(value)
      // Whoever goes on asking must not take a cut export for a whole one.
      if (!this.#whole) throw new ExportStopped()
      return { done, value: undefined }
    } catch (error) {
      throw await this.#fail(error)
    }
  }

  /** Nobody wants the rest. */
  async return(): Promise<IteratorResult<Buffer, undefined>> {
    await this.stop('aborted')
    return { done: true, value: undefined }
  }

  /** Ends the export where it is, unless it has ended. Resolves when that is recorded. */
  async stop(reasonCode: string): Promise<void> {
    await this.#chunks.return(undefined as never)
    await this.#cut(reasonCode)
  }

  async #complete(manifest: SignedManifest): Promise<void> {
    await this.#end(exported(this.#parts.order, manifest))
    this.#whole = true
  }

  async #fail(error: unknown): Promise<GatewayError> {
    const failure = error instanceof GatewayError ? error : new ExportUnavailable()
    if (failure !== error) {
      this.#parts.logger.error({ code: failureCode(error) }, 'The audit trail cannot be exported')
    }

    await this.#cut(failure.code!)
    return failure
  }

  /** The recorder logs when it cannot record; nothing more can be done about it here. */
  async #cut(reasonCode: string): Promise<void> {
    const { order, chain } = this.#parts
    const event = exportFailed(order, chain, { reasonCode, extent: this.extent })
    await this.#end(event).catch(() => {})
  }

  /** Only the first end counts. */
  #end(event: AuditEvent): Promise<void> {
    const { recorder, ended } = this.#parts
    this.#ended ??= recorder.record(event).finally(ended)
    return this.#ended
  }
}
