import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { Purge } from '#audit/retention/purge'
import { PurgePlanner } from '#audit/retention/purge_planner'
import { PurgeStore } from '#audit/stores/purge_store'
import { testKeys, testSigningKey, testTrail } from '#tests/helpers/audit/test_trail'
import type { Clock } from '#shared/clock'

/** A purge over a connection of its own, with the trail that it records in. */
export function testPurge(connect: () => QueryClientContract, clock: Clock, retentionDays: number) {
  const parts = testTrail(connect, clock)
  const purges = new PurgeStore(connect, 'main')
  let checkpoints = 0

  const purge = new Purge({
    planner: new PurgePlanner({ store: purges, keys: testKeys, clock, retentionDays }),
    store: parts.store,
    purges,
    signingKey: testSigningKey,
    recorder: parts.trail,
    clock,
    checkpoint: async () => {
      checkpoints++
    },
  })
  return { ...parts, purge, purges, checkpoints: () => checkpoints }
}
