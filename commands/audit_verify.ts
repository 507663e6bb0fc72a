import { readFile, stat } from 'node:fs/promises'
import { flags } from '@adonisjs/core/ace'
import { Logger } from '@adonisjs/core/logger'
import type { VerifyTrail } from '#audit/verification/verify_trail'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { CheckpointEntry } from '#audit/checkpoints/checkpoint_line'
import { EventRecorder } from '#shared/event_recorder'
import { AnsweringCommand, WrongUse, type CommandAnswer } from './_answering_command.js'
import { ProgressLine } from './_progress_line.js'

/**
 * Starts the application only where the trail of its database is verified: an export can
 * be verified on a machine that has neither its settings nor its database.
 */
export default class AuditVerify extends AnsweringCommand {
  static commandName = 'audit:verify'
  static description = 'Verify the audit trail, or an export of it'

  @flags.string({ description: 'Verify this NDJSON export, without a database' })
  declare fromExport?: string

  @flags.string({
    description: 'With --from-export: public keys, as PEM, base64 lines or JSON of the API',
  })
  declare publicKey?: string

  @flags.string({ description: 'Also compare with the checkpoints in this file' })
  declare checkpoints?: string

  override async run(): Promise<void> {
    if (this.fromExport === undefined && this.publicKey === undefined && !this.app.isReady) {
      await this.app.boot()
      await this.app.start(() => {})
    }
    return super.run()
  }

  async answer(): Promise<CommandAnswer> {
    if (this.fromExport !== undefined && this.publicKey !== undefined) {
      return this.#verifyExport(this.fromExport, this.publicKey)
    }
    if (this.fromExport !== undefined) throw new WrongUse('--from-export needs --public-key=FILE')
    if (this.publicKey !== undefined) throw new WrongUse('--public-key needs --from-export=FILE')
    return this.#verifyTrail()
  }

  async #verifyTrail(): Promise<CommandAnswer> {
    const { describedVerdict } = await import('#audit/verification/verdict')
    const { operator } = await import('#access/operator')

    const verification = await this.#verification()
    const progress = new ProgressLine('Events verified')
    const verdict = await verification
      .verify({ actor: operator(), progress: (done, of) => progress.show(done, of) })
      .finally(() => progress.end())

    this.exitCode = verdict.valid ? 0 : 1
    const { message, ...data } = describedVerdict(verdict)
    return { data: { ...data, message }, lines: [message, ...this.#details(verdict)] }
  }

  /** With the checkpoints that the caller kept, besides those that the gateway keeps. */
  async #verification(): Promise<VerifyTrail> {
    const { VerifyTrail: Verification } = await import('#audit/verification/verify_trail')
    const { container } = this.app
    if (this.checkpoints === undefined) return container.make(Verification)

    const { ChainVerifier } = await import('#audit/verification/chain_verifier')
    const { ChainStore } = await import('#audit/stores/chain_store')
    const { CheckpointFile } = await import('#audit/checkpoints/checkpoint_file')
    const { TrustedKeys: Keys } = await import('#audit/chain/trusted_keys')

    const keys = await container.make(Keys)
    const own = await container.make(CheckpointFile)
    const kept = await this.#kept(keys)
    return new Verification({
      recorder: await container.make(EventRecorder),
      logger: await container.make(Logger),
      verifier: new ChainVerifier({
        keys,
        store: await container.make(ChainStore),
        async *outside() {
          yield* own.entries(keys)
          yield* kept!()
        },
      }),
    })
  }

  async #verifyExport(path: string, keyPath: string): Promise<CommandAnswer> {
    const { ExportVerifier } = await import('#audit/verification/export_verifier')
    const { exportSentenceOf } = await import('#audit/verification/export_verdict')

    const size = await this.#sizeOf(path, '--from-export')
    const keys = await this.#publicKeys(keyPath)
    const kept = await this.#kept(keys)
    const progress = new ProgressLine('Bytes verified')
    const verdict = await new ExportVerifier({
      path,
      keys,
      checkpoints: kept?.(),
      progress: (bytes) => progress.show(bytes, size),
    })
      .verify()
      .finally(() => progress.end())

    this.exitCode = verdict.valid ? 0 : 1
    const message = exportSentenceOf(verdict)
    return { data: { ...verdict, message }, lines: [message, ...this.#details(verdict)] }
  }

  #details({ head, erased, checkpoints }: Details): string[] {
    const lines = head ? [`Last event: ${head.seq}, fingerprint ${head.fingerprint}.`] : []
    if (head?.keyId) lines.push(`Signed by key ${head.keyId}.`)
    if (erased > 0) lines.push(`Erased personal values: ${erased}.`)
    lines.push(`Checkpoints that agree: ${checkpoints.agreed}.`)
    if (checkpoints.ignored > 0) lines.push(`Checkpoints passed over: ${checkpoints.ignored}.`)
    return lines
  }

  async #publicKeys(path: string): Promise<TrustedKeys> {
    const { publicKeysOf } = await import('#audit/verification/public_key_file')
    const { TrustedKeys: Keys } = await import('#audit/chain/trusted_keys')
    await this.#sizeOf(path, '--public-key')

    try {
      return new Keys(publicKeysOf(await readFile(path, 'utf8')))
    } catch {
      throw new WrongUse('--public-key holds no public keys: PEM, base64 of 32 bytes, or JSON')
    }
  }

  /** The checkpoints that the caller kept. */
  async #kept(keys: TrustedKeys): Promise<(() => AsyncIterable<CheckpointEntry>) | undefined> {
    const path = this.checkpoints
    if (path === undefined) return undefined

    const { CheckpointFile } = await import('#audit/checkpoints/checkpoint_file')
    await this.#sizeOf(path, '--checkpoints')
    return () => new CheckpointFile(path).entries(keys)
  }

  async #sizeOf(path: string, flag: string): Promise<number> {
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) throw new WrongUse(`${flag} names no file that can be read`)
    return found.size
  }
}

interface Details {
  head: { seq: number; fingerprint: string; keyId: string | null } | null
  erased: number
  checkpoints: { agreed: number; ignored: number }
}
