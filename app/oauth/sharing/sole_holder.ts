import type { Leases } from '#oauth/contracts'

/** For a process that shares its tokens with no other: it always has the lease. */
export const soleHolder: Leases = {
  take: async () => ({ release: async () => true }),
}
