/**
 * What became of a row that was to be brought back.
 *
 * - `restored`: it stands again.
 * - `ended`: nothing can be done with it any more.
 * - `superseded`: a later one stands there, or it was taken away or spent since.
 * - `unreadable`: no key opens it, or it was changed.
 */
export type BroughtBack = 'restored' | 'ended' | 'superseded' | 'unreadable'

/** Rows at rest that go into a backup as they are sealed, and come back from it. */
export interface BackedUpRows {
  /** Names the table in backups and to operators. Once it is changed, older backups are refused. */
  readonly name: string

  /** @throws {StoreUnavailable} since a list of some of them would pass for all */
  keys(): AsyncIterable<string>

  /** A row as it stands at rest, nothing secret in clear. Null when none stands there that can be kept. */
  sealed(key: string): Promise<string | null>

  /**
   * Brings a row back that {@link sealed} gave. What stands there is never overwritten by an
   * older one; nor is anything, unless the row opens for its key.
   *
   * @param text anything: the file may have been changed
   */
  restore(key: string, text: string): Promise<BroughtBack>
}
