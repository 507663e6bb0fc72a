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
    outage.beforeReturn(async () => {
      const lease = await inner.take(PROBE)
      await lease?.release()
    })
  }

  take(key: string): Promise<Lease | null> {
    return this.#outage.attempt(
      () => this.#inner.take(key),
      () => soleHolder.take(key)
    )
  }
}
