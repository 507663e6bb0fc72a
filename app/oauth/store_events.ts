import type { UnreadableRecord } from '#oauth/errors'
import { about, type Cause } from '#oauth/events'
import type { AuditEvent } from '#shared/event_recorder'

/** Stands for everything that is sealed, wherever it is kept. */
const SEALED_ROWS = 'sealed rows'

function aboutStore(store: string, cause: Cause): Omit<AuditEvent, 'type' | 'outcome'> {
  const { target, ...rest } = about(cause, store)
  return { ...rest, target: { ...target!, type: 'token_store' } }
}

/** Everything about token stores that the trail is told. */
export const storeEvents = {
  unavailable: (store: string, reasonCode: string, occurredAt: number): AuditEvent => ({
    ...aboutStore(store, {}),
    type: 'store.unavailable',
    outcome: 'failure',
    severity: 'medium',
    reasonCode,
    occurredAt,
  }),

  restored: (store: string, occurredAt: number): AuditEvent => ({
    ...aboutStore(store, {}),
    type: 'store.restored',
    outcome: 'success',
    occurredAt,
  }),

  /** A stored token could not be read. Either it was damaged or changed, or its key is gone. */
  unreadable: (store: string, reason: UnreadableRecord['reason'], key: string): AuditEvent => ({
    ...aboutStore(store, {}),
    type: reason === 'corrupt' ? 'store.token.corrupt' : 'crypto.decrypt_failed',
    outcome: 'failure',
    severity: reason === 'undecipherable' ? 'high' : 'medium',
    reasonCode: reason,
    details: { key },
  }),

  keysRotated: (counts: Record<string, number>, cause: Cause): AuditEvent => ({
    ...aboutStore(SEALED_ROWS, cause),
    type: 'crypto.key.rotated',
    outcome: counts.unreadable > 0 ? 'failure' : 'success',
    details: counts,
  }),

  /** @param counts how many rows of each table */
  backedUp: (counts: Record<string, number>, cause: Cause): AuditEvent => ({
    ...aboutStore(SEALED_ROWS, cause),
    type: 'store.backed_up',
    outcome: 'success',
    severity: 'medium',
    details: counts,
  }),

  restoreRequested: (counts: Record<string, number>, cause: Cause): AuditEvent => ({
    ...aboutStore(SEALED_ROWS, cause),
    type: 'store.restore_requested',
    outcome: 'unknown',
    severity: 'medium',
    details: counts,
  }),

  /** @param counts what became of the rows of this table */
  backupRestored: (table: string, counts: Record<string, number>, cause: Cause): AuditEvent => ({
    ...aboutStore(table, cause),
    type: 'store.backup_restored',
    outcome: counts.unreadable > 0 ? 'failure' : 'success',
    severity: 'medium',
    details: { ...counts },
  }),
}
