import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import type { Meter } from '@opentelemetry/api'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

/** Declares what is measured. Values are read when somebody looks. */
export type Instruments = (meter: Meter) => void

export interface MetricsParts {
  instruments: readonly Instruments[]

  /** Told of an instrument that could not be read; the others are shown all the same. */
  report: (error: unknown) => void
}

/** The type of what {@link Metrics.text} returns. */
export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8'

const METER = 'orange-sms-gateway'

/** What this process measures, as Prometheus reads it. */
export class Metrics {
  readonly #reader = new PrometheusExporter({ preventServerStart: true })
  readonly #provider = new MeterProvider({ readers: [this.#reader] })
  readonly #serializer = new PrometheusSerializer('', false, undefined, true, true)
  readonly #report: MetricsParts['report']

  constructor({ instruments, report }: MetricsParts) {
    this.#report = report
    const meter = this.#provider.getMeter(METER)
    for (const declare of instruments) declare(meter)
  }

  /** All values as they are now, in the text format of Prometheus. */
  async text(): Promise<string> {
    const { resourceMetrics, errors } = await this.#reader.collect()
    for (const error of errors) this.#report(error)
    return this.#serializer.serialize(resourceMetrics)
  }

  async close(): Promise<void> {
    await this.#provider.shutdown()
  }
}
