import { BaseCheck, Result } from '@adonisjs/core/health'
import type { HealthCheckResult } from '@adonisjs/core/types/health'
import type { AnchorState } from '#audit/checkpoints/watched_anchor'
import type { Clock } from '#shared/clock'

export interface CheckpointCheckParts {
  anchors: () => AnchorState[]

  /** Number of the newest event. @throws when the database does not answer */
  headSeq: () => Promise<number>
  clock: Clock

  /** How late a checkpoint may be before it is missed, in milliseconds. */
  overdueMs: number
}

/** What could be cut off the trail without its showing at one anchor. */
export interface BlindWindow {
  anchor: string
  failing: boolean

  /** Time since the last checkpoint was kept there, or since this process looks; 0 when all is covered. */
  blindSeconds: number

  /** Events that no checkpoint there covers; null while that is not known. */
  blindEvents: number | null
}

/**
 * Tells how much of the trail no checkpoint covers. Never more than a warning: recording
 * goes on, and so does the service.
 */
export class CheckpointCheck extends BaseCheck {
  override name = 'Audit checkpoints'
  readonly #parts: CheckpointCheckParts

  constructor(parts: CheckpointCheckParts) {
    super()
    this.#parts = parts
  }

  override async run(): Promise<HealthCheckResult> {
    const headSeq = await this.#parts.headSeq().catch(() => undefined)
    const seen = this.#parts.anchors().map((anchor) => {
      const window = this.#windowOf(anchor, headSeq)
      return { window, bad: anchor.failing || this.#isOverdue(window, anchor) }
    })

    const bad = seen.filter((entry) => entry.bad).map(({ window }) => window.anchor)
    const result =
      bad.length === 0
        ? Result.ok('Checkpoints are kept outside the database')
        : Result.warning(`Checkpoints are not kept at: ${bad.join(', ')}`)
    return result.mergeMetaData({ anchors: seen.map(({ window }) => window) })
  }

  #windowOf(anchor: AnchorState, headSeq: number | undefined): BlindWindow {
    const { name, failing, keptSeq, keptAt, watchedSince } = anchor
    const known = headSeq !== undefined && (keptAt !== undefined || headSeq === 0)
    const blindEvents = known ? Math.max(0, headSeq - keptSeq) : null
    const elapsedMs = Math.max(0, this.#parts.clock.now() - (keptAt ?? watchedSince))

    return {
      anchor: name,
      failing,
      blindSeconds: blindEvents === 0 ? 0 : Math.round(elapsedMs / 1_000),
      blindEvents,
    }
  }

  #isOverdue({ blindSeconds }: BlindWindow, { leastIntervalMs }: AnchorState): boolean {
    return blindSeconds * 1_000 > leastIntervalMs + this.#parts.overdueMs
  }
}
