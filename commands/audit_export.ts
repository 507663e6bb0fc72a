import { randomUUID } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { args, flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import type { ExportRun } from '#audit/export/export_run'
import { AnsweringCommand, WrongUse, type CommandAnswer } from './_answering_command.js'

const STANDARD_OUTPUT = '-'

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
    const { exportValidator } = await import('#audit/export/validators')
    const { AuditExport } = await import('#audit/export/audit_export')
    const { operator } = await import('#access/operator')

    const { format, ...filters } = await exportValidator.validate({ format: this.format })
    const exports = await this.app.container.make(AuditExport)
    return exports.start({ format, filters, actor: operator(), correlationId: randomUUID() })
  }

  /** The chunks, with what has been written so far shown to whoever sits at a terminal. */
  async *#watched(run: ExportRun): AsyncGenerator<Buffer> {
    const atTerminal = process.stderr.isTTY
    for await (const chunk of run) {
      yield chunk
      if (atTerminal) process.stderr.write(`\r${run.extent.count.toLocaleString('en')} events`)
    }
    if (atTerminal) process.stderr.write('\n')
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
