import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import type { RollbackAcknowledgement } from '#audit/checkpoints/rollback_acknowledgement'

/** What stands in the file: checkpoints, and between them what was accepted about them. */
export type CheckpointEntry = Checkpoint | RollbackAcknowledgement

const TEXTS = ['chain', 'fingerprint', 'createdAt', 'signature', 'keyId'] as const

export function lineOf(entry: CheckpointEntry): string {
  return JSON.stringify(entry)
}

/** Undefined for what is no entry: half a line of a process that died, or something else. */
export function entryFrom(line: string): CheckpointEntry | undefined {
  const value = parse(line)
  if (!value || !Number.isSafeInteger(value.seq)) return undefined
  if (TEXTS.some((name) => typeof value[name] !== 'string')) return undefined

  const known = value.kind === undefined ? 'reason' in value : isAcknowledgement(value)
  return known ? (value as unknown as CheckpointEntry) : undefined
}

function isAcknowledgement({ kind, lostUpTo }: Record<string, unknown>): boolean {
  return kind === 'rollback_acknowledged' && Number.isSafeInteger(lostUpTo)
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) ?? undefined
  } catch {
    return undefined
  }
}
