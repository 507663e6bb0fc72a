import type { KeptEvent } from '#audit/stores/purge_store'

/** Events that may go: all that are left up to a checkpoint. */
export interface PurgePrefix {
  firstSeq: number
  lastSeq: number

  /** Of the last event. */
  fingerprint: string
  count: number

  /** When the first and the last of them were recorded. ISO 8601. */
  oldest: string
  newest: string
}

/** Why no more events may go: the first that stays, or that no checkpoint is old enough. */
export type PurgeLimit = KeptEvent | { seq?: number; why: 'no_checkpoint' | 'end' }

export interface PurgePlan {
  /** Absent when nothing may go. */
  prefix?: PurgePrefix
  limit: PurgeLimit

  /** What the plan was made from. When it has changed, another plan has to be made. */
  basis: { markId?: number; newestHoldId: number }
}

export interface PlanOptions {
  /** Ends the planning between two pages. */
  signal?: AbortSignal

  /** Believes the clock, whatever the trail says: somebody has looked at it. */
  trustClock?: boolean
}
