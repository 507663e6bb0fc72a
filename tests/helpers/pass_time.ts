import { setTimeout as delay } from 'node:timers/promises'
import type { ManualClock } from '#tests/helpers/manual_clock'

/** Lets time pass in small steps, with room for real input and output between them, until something is done. */
export async function passTimeUntilDone<T>(clock: ManualClock, done: Promise<T>): Promise<T> {
  let going = true
  const stop = () => {
    going = false
  }
  done.then(stop, stop)

  while (going) {
    await clock.advance(10)
    await delay(1)
  }
  return done
}
