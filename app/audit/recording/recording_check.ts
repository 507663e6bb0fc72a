import { BaseCheck, Result } from '@adonisjs/core/health'
import type { HealthCheckResult } from '@adonisjs/core/types/health'
import type { ChainGuard } from '#audit/chain/chain_guard'
import { ChainRefused } from '#audit/chain/errors'
import type { StoredHead } from '#audit/chain/position'

/**
 * Fails while nothing may be appended to the trail: what cannot be recorded is not done, so
 * a gateway in that state sends nothing.
 */
export class RecordingCheck extends BaseCheck {
  override name = 'Audit trail'
  readonly #head: () => Promise<StoredHead>
  readonly #guard: ChainGuard

  /** @param head the end of the chain */
  constructor(head: () => Promise<StoredHead>, guard: ChainGuard) {
    super()
    this.#head = head
    this.#guard = guard
  }

  override async run(): Promise<HealthCheckResult> {
    try {
      this.#guard.admit(await this.#head())
      return Result.ok('Events can be recorded')
    } catch (error) {
      return Result.failed(
        error instanceof ChainRefused ? error.message : 'The audit trail cannot be read'
      )
    }
  }
}
