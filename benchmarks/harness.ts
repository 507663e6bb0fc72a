/** Figures of one way to do a thing. */
export interface Figures {
  name: string

  /** Median of the rounds. */
  perSecond: number

  /** How long one caller waited, in milliseconds: half of them, and all but one in a hundred, less. */
  p50?: number
  p99?: number

  /** The most memory that the process had, in megabytes. */
  peakMegabytes?: number
}

/** Two or more ways to do the same, measured in turn in one run. The first is what the others are compared with. */
export interface Comparison {
  title: string
  figures: Figures[]
}

export interface Contender {
  name: string

  /** Does it `times` times. */
  run: (times: number) => Promise<void> | void
}

const ROUNDS = 9

/** A load is short: the code has to be as warm as in a process that has run for a minute. */
const WARM_UP_ROUNDS = 3

/** Runs the contenders in turn, so that a machine whose speed drifts treats all alike. */
export async function compare(
  title: string,
  times: number,
  contenders: Contender[]
): Promise<Comparison> {
  for (const { run } of contenders) await run(times)

  const speeds = contenders.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { run }] of contenders.entries()) {
      const start = performance.now()
      await run(times)
      speeds[index].push((times / (performance.now() - start)) * 1000)
    }
  }

  const figures = contenders.map(({ name }, index) => ({ name, perSecond: median(speeds[index]) }))
  return { title, figures }
}

/** What one round of a load was like. */
export interface Load {
  times: number
  elapsedMs: number

  /** How long each caller waited each time, in milliseconds. */
  waitsMs: number[]
}

export interface LoadContender {
  name: string

  /** One round, from an empty place to the last answer. */
  run: () => Promise<Load>
}

/** As `compare`, for what is slow to set up and where waiting counts. */
export async function compareLoads(
  title: string,
  contenders: LoadContender[]
): Promise<Comparison> {
  for (let round = 0; round < WARM_UP_ROUNDS; round++) for (const { run } of contenders) await run()

  const loads = contenders.map((): Load[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { run }] of contenders.entries()) loads[index].push(await run())
  }

  const figures = contenders.map(({ name }, index) => {
    const waits = loads[index].flatMap(({ waitsMs }) => waitsMs).sort((a, b) => a - b)
    const speeds = loads[index].map(({ times, elapsedMs }) => (times / elapsedMs) * 1000)
    return {
      name,
      perSecond: median(speeds),
      p50: quantile(waits, 0.5),
      p99: quantile(waits, 0.99),
    }
  })
  return { title, figures }
}

/**
 * `callers` who each wait for an answer before they ask again, `times` in all.
 *
 * @param ask is told which time it is, from 0
 */
export async function closedLoop(
  callers: number,
  times: number,
  ask: (number: number) => Promise<void>
): Promise<Load> {
  const waitsMs: number[] = []
  let next = 0

  const caller = async () => {
    while (next < times) {
      const number = next++
      const asked = performance.now()
      await ask(number)
      waitsMs.push(performance.now() - asked)
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: callers }, caller))
  return { times, elapsedMs: performance.now() - start, waitsMs }
}

export function report({ title, figures }: Comparison): void {
  const [reference] = figures
  process.stdout.write(`\n${title}\n`)

  for (const { name, perSecond, ...more } of figures) {
    const speed = Math.round(perSecond).toLocaleString('en').padStart(14)
    const ratio = (perSecond / reference.perSecond).toFixed(2)
    process.stdout.write(`  ${name.padEnd(52)} ${speed}/s  × ${ratio}${detailsOf(more)}\n`)
  }
}

function detailsOf({ p50, p99, peakMegabytes }: Omit<Figures, 'name' | 'perSecond'>): string {
  const waits = p50 && p99 ? `  p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms` : ''
  const memory = peakMegabytes ? `  peak ${Math.round(peakMegabytes)} MB` : ''
  return waits + memory
}

function median(values: number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5
  )
}

function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
