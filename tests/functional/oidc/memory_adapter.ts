interface Row extends Record<string, unknown> {
  consumed?: number
  grantId?: string
  uid?: string
  userCode?: string
}

/** Keeps what the certified server has to remember of one kind, for as long as a test. */
export class MemoryAdapter {
  readonly #rows = new Map<string, Row>()

  async upsert(id: string, row: Row): Promise<void> {
    this.#rows.set(id, row)
  }

  async find(id: string): Promise<Row | undefined> {
    return this.#rows.get(id)
  }

  async findByUid(uid: string): Promise<Row | undefined> {
    return [...this.#rows.values()].find((row) => row.uid === uid)
  }

  async findByUserCode(userCode: string): Promise<Row | undefined> {
    return [...this.#rows.values()].find((row) => row.userCode === userCode)
  }

  async consume(id: string): Promise<void> {
    this.#rows.get(id)!.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id: string): Promise<void> {
    this.#rows.delete(id)
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, row] of this.#rows) if (row.grantId === grantId) this.#rows.delete(id)
  }
}
