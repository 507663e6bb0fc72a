import { errors } from '@adonisjs/lock'
import type { LockService } from '@adonisjs/lock/types'
import type { Lease, LeaseOptions, Leases } from '#oauth/contracts'

type LockFactory = ReturnType<LockService['use']>

export interface LockLeasesOptions extends LeaseOptions {
  /** Stands in front of every key. */
  prefix: string
}

/** Leases as locks of @adonisjs/lock, in a database or in Redis. */
export class LockLeases implements Leases {
  readonly #locks: LockFactory
  readonly #options: LockLeasesOptions

  constructor(locks: LockFactory, options: LockLeasesOptions) {
    this.#locks = locks
    this.#options = options
  }

  async take(key: string): Promise<Lease | null> {
    const lock = this.#locks.createLock(this.#options.prefix + key, this.#options.lifeMs)

    // Looked at first: each failed try would stand in PostgreSQL's log as an error.
    if (await lock.isLocked()) return null
    try {
      if (!(await lock.acquireImmediately())) return null
    } catch (error) {
      // It may have been taken all the same, and nobody would know.
      void release(lock)
      throw error
    }
    return { release: () => release(lock) }
  }
}

async function release(lock: ReturnType<LockFactory['createLock']>): Promise<boolean> {
  try {
    await lock.release()
    return true
  } catch (error) {
    // Whatever else went wrong: the lease ends by itself.
    return !(error instanceof errors.E_LOCK_NOT_OWNED)
  }
}
