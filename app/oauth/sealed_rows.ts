/** What became of a row that was to be sealed anew. */
export type Resealed = 'current' | 'resealed' | 'unreadable' | 'changed' | 'gone'

/** Rows at rest, each sealed with some generation of keys. */
export interface SealedRows {
  /** Shown to operators. */
  readonly name: string

  /** @throws {StoreUnavailable} since a list of some of them would pass for all */
  keys(): AsyncIterable<string>

  /** Which generation of keys a row is sealed with. Null when no row stands there that has one. */
  generation(key: string): Promise<string | null>

  /** Seals a row with the newest generation of keys. Readers are served meanwhile. */
  reseal(key: string): Promise<Resealed>

  /** Takes a row away. Absent for what cannot be had again. */
  discard?(key: string): Promise<void>
}
