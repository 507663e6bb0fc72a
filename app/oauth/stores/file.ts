import type { StoredState, TokenRecord, TokenStore } from '#oauth/contracts'
import type { Pause } from '#oauth/life/pause'
import { emptyDocument, type TokenDocument } from '#oauth/stores/file/document'
import { TokenFileRefused } from '#oauth/stores/file/refused'
import { TokenFile } from '#oauth/stores/file/token_file'
import { pauseFromText, pauseToText, recordFromText, recordToText } from '#oauth/stores/stored_text'

/** Changes the document. Answers whether there is something to write. */
type Edit = (document: TokenDocument) => boolean

/**
 * Tokens in one file that belongs to one process, for a gateway that keeps its database
 * elsewhere or wants none for them. Reads are answered from memory; each change writes the
 * whole file, so it is for hundreds of tokens, not for ten thousands. A removed token leaves
 * its fingerprint.
 */
export class FileTokenStore implements TokenStore {
  readonly name = 'file'
  readonly #file: TokenFile
  #document = emptyDocument()
  #opened?: Promise<void>
  #lastChange: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(path: string) {
    this.#file = new TokenFile(path)
  }

  /**
   * Takes the file for this process. Done at the first use as well; at boot, it says what is
   * wrong with the file before anybody needs a token.
   *
   * @throws {TokenFileRefused}
   */
  async open(): Promise<void> {
    if (this.#closed) {
      throw new TokenFileRefused('token_file_closed', 'The token file was closed.')
    }
    this.#opened ??= this.#load()
    return this.#opened
  }

  async get(key: string): Promise<TokenRecord | null> {
    await this.open()
    const text = this.#document.tokens.get(key)?.record ?? null
    return text === null ? null : recordFromText(text)
  }

  replace(key: string, record: TokenRecord, expected: string | null): Promise<boolean> {
    const row = { fingerprint: record.fingerprint, record: recordToText(record) }
    return this.#change((document) => {
      if (held(document, key) !== expected) return false
      document.tokens.set(key, row)
      return true
    })
  }

  async remove(key: string, expected: string): Promise<boolean> {
    let removed = false
    await this.#change((document) => {
      removed = held(document, key) === expected
      if (!removed && document.tokens.has(key)) return false
      document.tokens.set(key, { fingerprint: expected, record: null })
      return true
    })
    return removed
  }

  async discard(key: string): Promise<void> {
    await this.#change(({ tokens }) => tokens.delete(key))
  }

  async states(keys: readonly string[]): Promise<Map<string, StoredState>> {
    await this.open()
    const states = new Map<string, StoredState>()
    for (const key of keys) {
      const row = this.#document.tokens.get(key)
      if (row) states.set(key, { fingerprint: row.fingerprint, removed: row.record === null })
    }
    return states
  }

  /** As it was when the listing began. */
  async *keys(): AsyncIterable<string> {
    await this.open()
    for (const [key, row] of this.#document.tokens) if (row.record !== null) yield key
  }

  async getPause(credential: string): Promise<Pause | null> {
    await this.open()
    const text = this.#document.pauses.get(credential)
    return text === undefined ? null : pauseFromText(text)
  }

  async setPause(credential: string, pause: Pause): Promise<void> {
    await this.#change(({ pauses }) => Boolean(pauses.set(credential, pauseToText(pause))))
  }

  async removePause(credential: string): Promise<void> {
    await this.#change(({ pauses }) => pauses.delete(credential))
  }

  /** What was asked for before is done first. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled([this.#opened, this.#lastChange])
    this.#file.close()
  }

  async #load(): Promise<void> {
    try {
      this.#document = await this.#file.open()
    } catch (error) {
      // Somebody may mend it: the next use tries again.
      this.#opened = undefined
      throw error
    }
  }

  /** One change after the other. */
  #change(edit: Edit): Promise<boolean> {
    const change = Promise.all([this.open(), this.#lastChange]).then(() => this.#write(edit))
    // Whoever wanted it is told that it failed; the next one is not concerned.
    this.#lastChange = change.catch(() => {})
    return change
  }

  async #write(edit: Edit): Promise<boolean> {
    const { tokens, pauses } = this.#document
    const next = { tokens: new Map(tokens), pauses: new Map(pauses) }
    if (!edit(next)) return false

    await this.#file.replace(next)
    this.#document = next
    await this.#file.settle()
    return true
  }
}

/** Which token stands under a key. */
function held({ tokens }: TokenDocument, key: string): string | null {
  const row = tokens.get(key)
  return row && row.record !== null ? row.fingerprint : null
}
