import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { ReadAccessReport } from '#access/actions/read_access_report'
import { reportQueryValidator } from '#access/validators'

/** Shows who may do what, to those who review it. */
@inject()
export default class AccessReportsController {
  readonly #report: ReadAccessReport

  constructor(report: ReadAccessReport) {
    this.#report = report
  }

  async show({ request, caller }: HttpContext) {
    const { cursor: after, limit = 50 } = await reportQueryValidator.validate(request.qs())
    const { users, next, asOf } = await this.#report.run(
      { after, limit },
      { actor: caller.actor, correlationId: request.id() }
    )
    return { data: users, meta: { nextCursor: next === undefined ? null : String(next), asOf } }
  }
}
