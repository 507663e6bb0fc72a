import { inject } from '@adonisjs/core'
import { HealthChecks } from '@adonisjs/core/health'
import type { HttpContext } from '@adonisjs/core/http'

@inject()
export default class HealthChecksController {
  readonly #checks: HealthChecks

  constructor(checks: HealthChecks) {
    this.#checks = checks
  }

  /** The process answers. Looks at nothing else, so that an outage elsewhere restarts nothing. */
  async live({ response }: HttpContext) {
    return response.ok({ status: 'ok' })
  }

  async ready({ response }: HttpContext) {
    const report = await this.#checks.run()
    return response.status(report.isHealthy ? 200 : 503).send(report)
  }
}
