import { headText } from '#audit/chain/signed_head'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { CheckpointEntry } from '#audit/checkpoints/checkpoint_line'
import { type ExportManifest, manifestText, type SignedManifest } from '#audit/export/manifest'
import { ExportCheck, type ExportFault } from '#audit/verification/export_check'
import { ExportComparison } from '#audit/verification/export_comparison'
import { type ExportLine, exportLines } from '#audit/verification/export_lines'
import { provenByExport } from '#audit/verification/export_proofs'
import type { ExportProblem, ExportVerdict } from '#audit/verification/export_verdict'
import { signedManifestOf } from '#audit/verification/exported_row'

export interface ExportVerifierParts {
  /** The export, as NDJSON. */
  path: string

  /** Those that its manifest may be signed with. */
  keys: TrustedKeys

  /** Checkpoints that somebody kept, and genuine acknowledgements. */
  checkpoints?: AsyncIterable<CheckpointEntry>

  /** Told now and then: how many bytes are read. */
  progress?: (bytes: number) => void
}

const PROGRESS_EVERY = 1_000

/** Without the name of the manifest, signatures are taken to be of this chain. */
const USUAL_CHAIN = 'main'

/** Verifies an export of events by itself: no database, nothing of the gateway but public keys. */
export class ExportVerifier {
  readonly #parts: ExportVerifierParts
  readonly #check = new ExportCheck()
  #signed?: SignedManifest
  #sha256 = ''
  #lastLine = 0

  constructor(parts: ExportVerifierParts) {
    this.#parts = parts
  }

  /** @throws the file system's error when the file cannot be read */
  async verify(): Promise<ExportVerdict> {
    const { checkpoints = nothing(), keys } = this.#parts
    const comparison = new ExportComparison(checkpoints, keys)
    await this.#read(comparison)

    const fault = await this.#fault(comparison)
    const { count, erased, firstSeq, last } = this.#check
    const keyId = this.#signed?.keyId ?? null
    return {
      valid: !fault,
      count,
      firstSeq,
      lastSeq: last?.seq ?? null,
      head: last ? { seq: last.seq, fingerprint: last.fingerprint, keyId } : null,
      firstBadSeq: fault?.firstBadSeq ?? null,
      problem: fault?.problem ?? null,
      erased,
      checkpoints: comparison.count,
      complete: !this.#check.gap,
      line: fault?.line ?? null,
    }
  }

  async #read(comparison: ExportComparison): Promise<void> {
    for await (const line of exportLines(this.#parts.path)) {
      this.#lastLine = line.number
      if (line.last) await this.#readEnd(line, comparison)
      else await this.#readEvent(line, comparison)
      if (line.last || line.number % PROGRESS_EVERY === 0) this.#parts.progress?.(line.bytes)
    }
  }

  async #readEvent(line: ExportLine, comparison: ExportComparison): Promise<void> {
    this.#check.event(line)
    if (!this.#check.fault) await comparison.pass(this.#check.last!)
  }

  async #readEnd(line: ExportLine, comparison: ExportComparison): Promise<void> {
    this.#signed = signedManifestOf(line.text)
    this.#sha256 = line.digestBefore!
    // Half a line is where it was cut off; a whole event may still be good.
    if (!this.#signed && line.text.endsWith('}')) await this.#readEvent(line, comparison)
  }

  async #fault(comparison: ExportComparison): Promise<ExportFault | undefined> {
    const inEvents = this.#faultInEvents()
    if (inEvents) return this.#located(inEvents)

    const problem = this.#problemOfManifest()
    if (problem === 'cut_off') {
      const firstBadSeq = (this.#check.last?.seq ?? 0) + 1
      return { problem, firstBadSeq, line: this.#lastLine + 1 }
    }
    if (problem) return this.#located({ problem, firstBadSeq: null, line: null })

    const { manifest } = this.#signed!
    if (this.#isRewritten(manifest)) {
      return this.#located({ problem: 'rewritten', firstBadSeq: null, line: null })
    }
    const disagreement = await comparison.end(manifest)
    if (!disagreement || (disagreement.problem === 'tail_cut' && !isWhole(manifest))) {
      return undefined
    }
    return { ...disagreement, line: null }
  }

  /** Who rewrites events spoils every signature behind them, so the last one tells. */
  #isRewritten({ chain }: ExportManifest): boolean {
    const { lastSigned } = this.#check
    if (!lastSigned) return false
    return !this.#parts.keys.anySigned(headText(chain, lastSigned.before), lastSigned.signature)
  }

  #faultInEvents(): ExportFault | undefined {
    const { fault, gap } = this.#check
    // Events between those that were asked for are no gap.
    if (!gap || (this.#signed && !isWhole(this.#signed.manifest))) return fault
    return gap
  }

  #problemOfManifest(): ExportProblem | undefined {
    if (!this.#signed) return 'cut_off'
    const { manifest } = this.#signed
    const verdict = this.#parts.keys.verdictOn(manifestText(manifest), this.#signed)
    if (verdict === 'forged') return 'manifest_forged'
    if (verdict === 'unknown_key') return 'manifest_key_unknown'
    return this.#check.against(manifest, this.#sha256)
  }

  /** Events that agree with each other may have been rewritten together, earlier than it shows. */
  async #located(fault: ExportFault): Promise<ExportFault> {
    const last = this.#check.last?.seq ?? 0
    const proven = await provenByExport(exportLines(this.#parts.path), {
      keys: this.#parts.keys,
      chain: this.#signed?.manifest.chain ?? USUAL_CHAIN,
      upTo: Math.min(last, (fault.firstBadSeq ?? Infinity) - 1),
    })
    if (!proven.contradicted) return fault
    const firstBadSeq = Math.max(proven.upTo + 1, this.#check.firstSeq ?? 1)
    return { ...fault, firstBadSeq, line: null }
  }
}

function isWhole({ filters }: SignedManifest['manifest']): boolean {
  return Object.keys(filters ?? {}).length === 0
}

async function* nothing(): AsyncGenerator<never> {}
