import type { Leases, TokenStore } from '#oauth/contracts'
import { soleHolder } from '#oauth/sharing/sole_holder'
import type { StoreOutage } from '#oauth/sharing/store_outage'
import type { TokenWatch } from '#oauth/sharing/token_watch'

/** Where the tokens of all processes meet. */
export interface TokenSharing {
  store: TokenStore
  leases: Leases

  /** Absent for a store that cannot be down. */
  outage?: StoreOutage

  /** Absent where no other process changes anything. */
  watch?: TokenWatch
}

/** For tokens that are this process's own. */
export function unshared(store: TokenStore): TokenSharing {
  return { store, leases: soleHolder }
}
