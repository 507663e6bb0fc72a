import { createHash } from 'node:crypto'
import type { ExportFormat } from '#audit/export/formats'
import { type ExportManifest, type SignedManifest, signManifest } from '#audit/export/manifest'
import type { SigningKey } from '#audit/chain/signing_key'
import type { EventPages } from '#audit/export/event_pages'
import type { StoredEvent } from '#audit/stores/export_store'
import type { Clock } from '#shared/clock'
import { readAhead } from '#shared/read_ahead'

export interface ExportContentParts {
  format: ExportFormat
  pages: EventPages
  chain: string

  /** The filters as they were asked for. */
  asked: Record<string, string>
  signingKey: SigningKey
  clock: Clock
}

/** The bytes of one export: events, and a signed manifest of what they were. */
export class ExportContent {
  readonly #parts: ExportContentParts
  readonly #hash = createHash('sha256')
  #count = 0
  #first?: StoredEvent
  #last?: StoredEvent

  constructor(parts: ExportContentParts) {
    this.#parts = parts
  }

  /** What has been written so far. */
  get extent(): Pick<ExportManifest, 'count' | 'firstSeq' | 'lastSeq' | 'headFingerprint'> {
    return {
      count: this.#count,
      firstSeq: this.#first?.seq ?? null,
      lastSeq: this.#last?.seq ?? null,
      headFingerprint: this.#last?.fingerprint ?? null,
    }
  }

  /** The newest event that can come; 0 until the first chunk was asked for. */
  get newestSeq(): number {
    return this.#parts.pages.newestSeq
  }

  /** @returns the manifest, which was the last chunk */
  async *chunks(): AsyncGenerator<Buffer, SignedManifest> {
    const { format, pages } = this.#parts
    if (format.opening) yield this.#hashed(format.opening)

    for await (const page of readAhead(pages)) yield this.#written(page)

    const manifest = this.#manifest()
    yield Buffer.from(format.closing(manifest))
    return manifest
  }

  #written(events: StoredEvent[]): Buffer {
    this.#count += events.length
    this.#first ??= events[0]
    this.#last = events.at(-1)
    return this.#hashed(this.#parts.format.lines(events))
  }

  #hashed(text: string): Buffer {
    const bytes = Buffer.from(text)
    this.#hash.update(bytes)
    return bytes
  }

  #manifest(): SignedManifest {
    const { format, chain, asked, signingKey, clock } = this.#parts
    return signManifest(signingKey, {
      format: format.name,
      chain,
      filters: asked,
      ...this.extent,
      exportedAt: new Date(clock.now()).toISOString(),
      sha256: this.#hash.digest('hex'),
    })
  }
}
