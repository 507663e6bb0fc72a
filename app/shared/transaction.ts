import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { failureCode } from '#shared/failure_code'

/** A connection, a transaction or a model: whatever begins transactions. */
interface Beginner {
  transaction<T>(work: (trx: TransactionClientContract) => Promise<T>): Promise<T>
}

/** COMMIT was sent and no good answer came: what was to be committed may be, or may not be. */
export class CommitFailed extends Error {
  /** The database's or the socket's. */
  readonly code: string

  constructor(cause: unknown) {
    super('The transaction may not have been committed', { cause })
    this.code = failureCode(cause)
  }
}

/**
 * All or nothing, and true about it: Lucid says that a transaction is done even when its
 * COMMIT fails, since Knex tells that to nobody but the promise that is awaited here.
 *
 * @throws {CommitFailed} or what `work` throws, and then nothing was committed
 */
export async function inTransaction<T>(
  beginner: Beginner,
  work: (trx: TransactionClientContract) => Promise<T>
): Promise<T> {
  let committed: Promise<unknown> | undefined
  const result = await beginner.transaction((trx) => {
    committed = trx.knexClient.executionPromise
    return work(trx)
  })

  try {
    await committed
  } catch (error) {
    throw new CommitFailed(error)
  }
  return result
}
