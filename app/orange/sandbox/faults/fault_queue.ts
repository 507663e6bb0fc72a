import type { Fault } from '#orange/sandbox/faults/fault'
import type { RouteName } from '#orange/sandbox/routes/orange_api'

type Waiting = { fault: Fault; left: number }

/** Scripted faults in the order they were given. */
export class FaultQueue {
  readonly #random: () => number
  #waiting: Waiting[] = []

  constructor(random: () => number) {
    this.#random = random
  }

  get pending(): readonly Fault[] {
    return this.#waiting.map(({ fault }) => fault)
  }

  add(fault: Fault): void {
    const endless = fault.probability !== undefined && fault.times === undefined
    this.#waiting.push({ fault, left: endless ? Number.POSITIVE_INFINITY : (fault.times ?? 1) })
  }

  /** The first fault that waits for this and that chance does not spare. */
  take(target: RouteName | 'connection'): Fault | undefined {
    const taken = this.#waiting.find(({ fault }) => matches(fault, target) && this.#strikes(fault))
    if (!taken) return

    taken.left -= 1
    if (taken.left === 0) this.#waiting.splice(this.#waiting.indexOf(taken), 1)
    return taken.fault
  }

  clear(): void {
    this.#waiting = []
  }

  #strikes({ probability = 1 }: Fault): boolean {
    return probability === 1 || this.#random() < probability
  }
}

function matches({ on }: Fault, target: RouteName | 'connection'): boolean {
  return on === target || (on === 'any' && target !== 'connection')
}
