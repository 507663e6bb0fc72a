import type { Lease, Leases } from '#oauth/contracts'
import { soleHolder } from '#oauth/sharing/sole_holder'
import type { StoreOutage } from '#oauth/sharing/store_outage'

/** No digest: it meets the lease of no token. */
const PROBE = 'probe'

/** Leases that everybody holds while the store of leases is down. */
export class DegradableLeases implements Leases {
  readonly #inner: Leases
  readonly #outage: StoreOutage

  constructor(inner: Leases, outage: StoreOutage) {
    this.#inner = inner
    this.#outage = outage
    outage.beforeReturn({
      async run() {
        const lease = await outage.inTime(inner.take(PROBE))
        if (lease) await outage.inTime(lease.release())
      },
    })
  }

  async take(key: string): Promise<Lease | null> {
    const taking = { late: false }
    return this.#outage.attempt(
      () => this.#takeShared(key, taking),
      () => {
        taking.late = true
        return soleHolder.take(key)
      }
    )
  }

  /** One that comes when nobody waits for it any more is given back. */
  async #takeShared(key: string, taking: { late: boolean }): Promise<Lease | null> {
    const lease = await this.#inner.take(key)
    if (!lease) return null
    if (taking.late) {
      void lease.release()
      return null
    }
    return { release: () => this.#release(lease) }
  }

  /** Whoever has a token waits for a store no longer than others do. */
  #release(lease: Lease): Promise<boolean> {
    return this.#outage.attempt(
      () => lease.release(),
      async () => true
    )
  }
}
