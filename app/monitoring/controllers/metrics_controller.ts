import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { Metrics, PROMETHEUS_TEXT } from '#monitoring/metrics/metrics'

@inject()
export default class MetricsController {
  readonly #metrics: Metrics

  constructor(metrics: Metrics) {
    this.#metrics = metrics
  }

  async show({ response }: HttpContext) {
    const text = await this.#metrics.text()
    return response.header('content-type', PROMETHEUS_TEXT).send(text)
  }
}
