import { failureCode } from '#shared/failure_code'

/** SQLite's lock; PostgreSQL's serialization failure, deadlock and lock timeout. */
const CONFLICT = /^(SQLITE_BUSY\w*|SQLITE_LOCKED\w*|40001|40P01|55P03)$/

/** The socket's end; PostgreSQL's connection exceptions (class 08) and shutdowns (57P01–57P03). */
const LOST = /^(ECONNRESET|EPIPE|08\w{3}|57P0[123])$/

/** How the driver tells that the server went away; it gives no code. */
const LOST_MESSAGE = /^Connection terminated/

/** Another transaction was in the way. Nothing of this one was committed. */
export function isConflict(error: unknown): boolean {
  return CONFLICT.test(failureCode(error))
}

/** The connection ended in the middle: what was being committed may be, or may not be. */
export function isConnectionLost(error: unknown): boolean {
  if (LOST.test(failureCode(error))) return true
  return error instanceof Error && LOST_MESSAGE.test(error.message)
}
