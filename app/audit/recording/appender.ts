import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SignedHead } from '#audit/chain/signed_head'
import type { Entry } from '#audit/recording/entry'
import type { GroupWriter } from '#audit/recording/group_writer'
import type { AuditStore } from '#audit/stores/audit_store'
import { isConflict, isConnectionLost } from '#audit/stores/failures'
import type { Clock } from '#shared/clock'
import { CommitFailed } from '#shared/transaction'

export interface AppenderParts {
  store: AuditStore
  writer: GroupWriter
  clock: Clock

  /** Told of every head that has been committed. */
  committed?: (head: SignedHead) => void
}

/** An event whose caller waits for it to be durable. */
interface Waiting {
  entry: Entry
  resolve: () => void
  reject: (error: unknown) => void
}

/** So that a group fits one statement on every database, and nobody waits for a huge one. */
const LARGEST_GROUP = 256

const MOST_TRIES_IN_CONFLICT = 5
const MOST_TRIES_AFTER_LOSS = 2
const FIRST_RETRY_MS = 5

/**
 * Appends events, one transaction at a time: what arrives while one is being committed
 * waits and is committed together, so that the disk is asked once for all of them.
 */
export class Appender {
  readonly #parts: AppenderParts
  readonly #waiting: Waiting[] = []
  #working = false

  constructor(parts: AppenderParts) {
    this.#parts = parts
  }

  /** Resolves when the event is on disk; rejects with what kept it from getting there. */
  append(entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject })
      if (!this.#working) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#working = true

    while (this.#waiting.length > 0) {
      // Those who were just told that they are done may have more: they come along.
      await nextTurn()
      await this.#settle(this.#waiting.splice(0, LARGEST_GROUP))
    }

    this.#working = false
  }

  async #settle(group: Waiting[]): Promise<void> {
    try {
      const head = await this.#commit(group.map(({ entry }) => entry))
      for (const { resolve } of group) resolve()
      if (head) this.#parts.committed?.(head)
    } catch (error) {
      // What keeps one group from the disk keeps the next: nobody waits for a timeout of their own.
      for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error)
    }
  }

  /** Undefined when an earlier try turns out to have been committed. */
  async #commit(entries: Entry[]): Promise<SignedHead | undefined> {
    const { store, writer } = this.#parts

    for (let tries = 1; ; tries++) {
      try {
        return await store.transaction(async (trx) => {
          if (tries > 1) {
            // Whoever holds the lock knows that no earlier try is still under way.
            await store.lock(trx)
            if (await store.has(trx, entries[0].facts.eventId)) return undefined
          }
          return writer.write(entries, trx)
        })
      } catch (error) {
        if (!mayTryAgain(error, tries)) throw error
        await this.#pause(FIRST_RETRY_MS * 2 ** tries)
      }
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(delayMs, resolve))
  }
}

function mayTryAgain(error: unknown, tries: number): boolean {
  if (isConflict(error)) return tries < MOST_TRIES_IN_CONFLICT
  const mayBeCommitted = error instanceof CommitFailed || isConnectionLost(error)
  return mayBeCommitted && tries < MOST_TRIES_AFTER_LOSS
}
