import { StoreUnavailable } from '#oauth/errors'

/**
 * Errors of the database stay here: their text quotes what was asked for.
 *
 * @throws {StoreUnavailable} when the statement fails
 */
export async function reachable<T>(statement: PromiseLike<T>): Promise<T> {
  try {
    return await statement
  } catch {
    throw new StoreUnavailable()
  }
}
