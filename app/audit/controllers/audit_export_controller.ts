import { Readable } from 'node:stream'
import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { queryParameters } from '#audit/controllers/query_parameters'
import { AuditExport } from '#audit/export/audit_export'
import { formats } from '#audit/export/formats'
import { exportRequestOf } from '#audit/export/validators'

/** A reader who takes nothing for this long, in milliseconds, is gone. */
const LONGEST_STALL_MS = 60_000

/** Hands the trail to reviewers, at the pace at which they read. */
@inject()
export default class AuditExportController {
  readonly #exports: AuditExport

  constructor(exports: AuditExport) {
    this.#exports = exports
  }

  async show({ request, response, caller }: HttpContext) {
    const wanted = await exportRequestOf(queryParameters(request))
    response.header('content-type', formats[wanted.format].mediaType)
    // To ask for the headers alone is no export.
    if (request.method() === 'HEAD') return response.stream(Readable.from([]))

    const run = await this.#exports.start({
      ...wanted,
      actor: caller.actor,
      correlationId: request.id()!,
    })
    const fileName = this.#exports.fileName(wanted.format)
    response.header('content-disposition', `attachment; filename="${fileName}"`)
    response.header('cache-control', 'no-store')
    response.response.setTimeout(LONGEST_STALL_MS, () => response.response.destroy())
    response.stream(Readable.from(run, { signal: this.#exports.stopping }))
  }
}
