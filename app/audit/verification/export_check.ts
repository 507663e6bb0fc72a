import type { ChainPosition } from '#audit/chain/position'
import type { ExportedEvent } from '#audit/export/export_line'
import type { ExportManifest } from '#audit/export/manifest'
import { type CheckedPosition, checkChain } from '#audit/verification/chain_check'
import type { ExportLine } from '#audit/verification/export_lines'
import type { ExportProblem } from '#audit/verification/export_verdict'
import { erasedValuesOf, rowOf } from '#audit/verification/exported_row'

export interface ExportFault {
  problem: ExportProblem
  firstBadSeq: number | null
  line: number | null
}

const NO_EVENT = '0'.repeat(64)

/** Checks the events of an export one by one, as far as they are good. */
export class ExportCheck {
  count = 0
  erased = 0
  firstSeq: number | null = null
  last?: CheckedPosition
  fault?: ExportFault

  /** The last event that names the signature of the head before it: nobody without the key rewrites past it. */
  lastSigned?: { before: ChainPosition; signature: string }

  /** The first place where events follow that are not the next ones. */
  gap?: ExportFault

  event({ text, number: line }: ExportLine): void {
    if (this.fault) return
    const read = rowOf(text)
    if (!read) return this.#refuse('line_unreadable', (this.last?.seq ?? 0) + 1, line)

    const { row, event } = read
    const before = this.#positionBefore(row, line)
    const { valid, problem, head } = checkChain([row], before)
    if (!valid) return this.#refuse(problem!, row.seq, line)

    const erased = erasedValuesOf(event)
    if (erased === undefined) return this.#refuse('personal_value_changed', row.seq, line)

    this.erased += erased
    this.count += 1
    this.firstSeq ??= row.seq
    this.last = head
    this.#remember(row.prev_fingerprint, event)
  }

  /** What is wrong with the manifest, given that its signature is not. */
  against(manifest: ExportManifest, sha256: string): ExportProblem | undefined {
    if (manifest.sha256 !== sha256) return 'file_changed'
    const found = [this.count, this.firstSeq, this.last?.seq, this.last?.fingerprint]
    const told = [manifest.count, manifest.firstSeq, manifest.lastSeq, manifest.headFingerprint]
    const agrees = told.every((value, index) => (value ?? null) === (found[index] ?? null))
    return agrees && manifest.format === 'ndjson' ? undefined : 'manifest_disagrees'
  }

  /** What the event has to follow. Behind a gap, that is what it says itself. */
  #positionBefore(
    row: { seq: number; prev_fingerprint: string },
    line: number
  ): CheckedPosition | undefined {
    const { last } = this
    if (last && row.seq <= last.seq + 1) return last

    if (last) this.gap ??= { problem: 'gap', firstBadSeq: last.seq + 1, line }
    if (row.seq === 1) return { seq: 0, fingerprint: NO_EVENT }
    return { seq: row.seq - 1, fingerprint: row.prev_fingerprint }
  }

  #remember(fingerprint: string, { seq, body: { headSignature } }: ExportedEvent): void {
    if (typeof headSignature !== 'string') return
    this.lastSigned = { before: { seq: seq - 1, fingerprint }, signature: headSignature }
  }

  #refuse(problem: ExportProblem, firstBadSeq: number, line: number): void {
    this.fault = { problem, firstBadSeq, line }
  }
}
