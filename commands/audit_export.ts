import { randomUUID } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { args, flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import type { ExportRun } from '#audit/export/export_run'
import { AnsweringCommand, WrongUse, type CommandAnswer } from './_answering_command.js'
import { ProgressLine } from './_progress_line.js'

const STANDARD_OUTPUT = '-'

const FILTERS = [
  'from',
  'to',
  'type',
  'outcome',
  'severity',
  'actor',
  'actorType',
  'target',
  'tenant',
  'token',
  'correlationId',
] as const

export default class AuditExportCommand extends AnsweringCommand {
  static commandName = 'audit:export'
  static description = 'Write the audit trail, or a part of it, to a file with a signed manifest'
  static options: CommandOptions = { startApp: true }

  @args.string({ description: 'File to write; - for standard output' })
  declare file: string

  @flags.string({ description: 'ndjson (can be verified offline) or csv', default: 'ndjson' })
  declare format: string

  @flags.boolean({ description: 'Replace the file if there is one' })
  declare force: boolean

  @flags.string({ description: 'Earliest instant or day, e.g. 2026-01-31' })
  declare from?: string

  @flags.string({ description: 'Latest instant or day' })
  declare to?: string

  @flags.string({ description: 'Event types, e.g. auth.token.*,!auth.token.expired' })
  declare type?: string

  @flags.string({ description: 'success, failure, unknown; a list, ! excludes' })
  declare outcome?: string

  @flags.string({ description: 'informational to critical; a list, ! excludes' })
  declare severity?: string

  @flags.string({ description: 'Ids of those who acted' })
  declare actor?: string

  @flags.string({ description: 'system or user' })
  declare actorType?: string

  @flags.string({ description: 'Ids of what was acted on' })
  declare target?: string

  @flags.string({ description: 'Tenants' })
  declare tenant?: string

  @flags.string({ description: 'Fingerprints of tokens' })
  declare token?: string

  @flags.string({ description: 'Ids of requests' })
  declare correlationId?: string

  async answer(): Promise<CommandAnswer> {
    const { ExportFile } = await import('#audit/export/export_file')
    const toOutput = this.file === STANDARD_OUTPUT
    if (toOutput && this.json) throw new WrongUse('--json and the export cannot both go to stdout')

    const target = new ExportFile(this.file, { replace: this.force })
    if (!toOutput) await target.check()

    const run = await this.#start()
    try {
      if (toOutput) await pipeline(this.#watched(run), process.stdout, { end: false })
      else await target.write(this.#watched(run))
    } finally {
      await run.stop('aborted')
    }
    return this.#answerOf(run, toOutput ? undefined : target.path)
  }

  async #start(): Promise<ExportRun> {
    const { exportRequestOf } = await import('#audit/export/validators')
    const { AuditExport } = await import('#audit/export/audit_export')
    const { operator } = await import('#access/operator')

    const given = FILTERS.flatMap((name) => (this[name] === undefined ? [] : [[name, this[name]]]))
    const wanted = await exportRequestOf({ format: this.format, ...Object.fromEntries(given) })
    const exports = await this.app.container.make(AuditExport)
    return exports.start({ ...wanted, actor: operator(), correlationId: randomUUID() })
  }

  /** The chunks, with how far they are for whoever watches. */
  async *#watched(run: ExportRun): AsyncGenerator<Buffer> {
    const progress = new ProgressLine('Exported up to event')
    try {
      for await (const chunk of run) {
        yield chunk
        progress.show(run.extent.lastSeq ?? 0, run.newestSeq)
      }
    } finally {
      progress.end()
    }
  }

  #answerOf({ extent }: ExportRun, path?: string): CommandAnswer {
    if (!path) return { data: {}, lines: [] }
    const { count, firstSeq, lastSeq } = extent
    const numbers = count > 0 ? ` (${firstSeq} to ${lastSeq})` : ''
    return {
      data: { file: path, format: this.format, ...extent },
      lines: [`Exported ${count} events${numbers} to ${path}.`],
    }
  }
}
