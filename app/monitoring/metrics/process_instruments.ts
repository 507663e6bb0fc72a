import type { Instruments } from '#monitoring/metrics/metrics'

const MICROSECONDS = 1_000_000

/** The usual facts about a process, under the names that Prometheus clients give them. */
export const processInstruments: Instruments = (meter) => {
  meter
    .createObservableGauge('process_resident_memory_bytes', {
      description: 'Memory that the process occupies',
    })
    .addCallback((result) => result.observe(process.memoryUsage.rss()))

  meter
    .createObservableGauge('process_start_time_seconds', {
      description: 'When the process started, in seconds since 1970',
    })
    .addCallback((result) => result.observe(performance.timeOrigin / 1_000))

  meter
    .createObservableCounter('process_cpu_seconds_total', {
      description: 'Processor time used, for itself and in the system',
    })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage()
      result.observe((user + system) / MICROSECONDS)
    })
}
