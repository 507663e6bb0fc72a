import type { KeyObject } from 'node:crypto'
import type { Secret } from '@adonisjs/core/helpers'

export interface AuditConfig {
  /** Name of the chain of events that this application writes. Part of every head signature. */
  chain: string

  /**
   * Base64 of the 32-byte Ed25519 seed (RFC 8032 §5.1.5) that signs the head of the
   * chain. Absent outside production: a seed is then made once and kept in
   * `developmentKeyFile`.
   */
  signingKey?: Secret<string>

  /**
   * Public keys besides our own whose signatures count: of the keys before, and of one
   * that other processes sign with already.
   */
  trustedPublicKeys: KeyObject[]

  /** Where the seed of a development machine is kept, readable by its owner only. */
  developmentKeyFile: string

  /** The file outside the database that signed checkpoints are appended to. */
  checkpointPath: string

  /** Where each checkpoint is posted besides, as JSON. */
  checkpointWebhookUrl?: string

  /** Whom checkpoints are mailed to besides, at most one an hour that nobody asked for. */
  checkpointMail?: { to: string; from: string }

  /** How long posting or mailing one checkpoint may take, in milliseconds. */
  checkpointDeadlineMs: number

  /**
   * Whether nothing is recorded on a trail that is shorter than its checkpoints say, until
   * somebody accepts it. Not in development, where databases are thrown away every day.
   */
  checkpointsEnforced: boolean

  /** Time between two checkpoints while there are new events, in milliseconds. */
  checkpointIntervalMs: number

  /** How many new events do not wait for that time. */
  checkpointEvents: number

  /** How the process that wrote an event is named in it. */
  instanceId: string

  /**
   * A token request that is seen without an outcome for this long has none to come, in
   * milliseconds: the deadline of the request and the lease it runs under, together.
   */
  attemptAgeMs: number

  /** Time between two searches for such requests, in milliseconds. */
  sweepIntervalMs: number

  /** Time between two tries to record that the service started, in milliseconds. */
  startRetryMs: number

  /** How long events are kept before the retention rule may remove them, in days. */
  retentionDays: number

  /** Whether fewer days than six years are meant. */
  shortRetentionAllowed: boolean

  /** Time from the start of the process to its first purge, in milliseconds. */
  firstPurgeAfterMs: number

  /** Time between two purges, in milliseconds. */
  purgeIntervalMs: number

  /** Time from the start of the process to its first verification of the trail, in milliseconds. */
  firstVerificationAfterMs: number

  /** Time between two verifications, in milliseconds. */
  verificationIntervalMs: number

  /** Rest of a verification in the background after every page of 250 events, in milliseconds. */
  verificationPauseMs: number
}
