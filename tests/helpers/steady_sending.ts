import type { Cluster } from '#tests/helpers/cluster'

const AT_ONCE = 3

/** Callers who send one SMS after the other to whichever gateway is in service. */
export function sendSteadily(cluster: Cluster) {
  const outcomes: Record<string, number> = {}
  let going = true
  let turn = 0

  const send = async () => {
    while (going) {
      const gateway = cluster.gateways[turn++ % cluster.gateways.length]
      const outcome = await cluster.send(gateway).catch(() => 'lost')
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
  }
  const sending = Promise.all(Array.from({ length: AT_ONCE }, send))

  return {
    /** @returns how many got which status; `lost` is none */
    async end(): Promise<Record<string, number>> {
      going = false
      await sending
      return outcomes
    },
  }
}
