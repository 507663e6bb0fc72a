/** Figures of one way to do a thing. */
export interface Figures {
  name: string

  /** Median of the rounds. */
  perSecond: number
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

export function report({ title, figures }: Comparison): void {
  const [reference] = figures
  process.stdout.write(`\n${title}\n`)

  for (const { name, perSecond } of figures) {
    const speed = Math.round(perSecond).toLocaleString('en').padStart(14)
    const ratio = (perSecond / reference.perSecond).toFixed(2)
    process.stdout.write(`  ${name.padEnd(52)} ${speed}/s  × ${ratio}\n`)
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
