/** Keeps what the certified server has to remember, for as long as a test. */
export class MemoryAdapter {
  readonly #rows = new Map<string, Record<string, unknown>>()

  async upsert(id: string, payload: Record<string, unknown>): Promise<void> {
    this.#rows.set(id, payload)
  }

  async find(id: string): Promise<Record<string, unknown> | undefined> {
    return this.#rows.get(id)
  }

  async destroy(id: string): Promise<void> {
    this.#rows.delete(id)
  }
}
