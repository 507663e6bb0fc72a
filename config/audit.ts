import { hostname } from 'node:os'
import { resolve } from 'node:path'
import env from '#start/env'
import oauthConfig from '#config/oauth'
import app from '@adonisjs/core/services/app'
import type { AuditConfig } from '#audit/audit_config'
import { publicKeyFrom } from '#audit/chain/signing_key'

const TOKEN_LEASE_MS = 20_000

/** Relative to the application's folder, as SQLITE_PATH is. */
function checkpointPath(): string {
  return resolve(app.makePath(), env.get('AUDIT_CHECKPOINT_PATH') ?? 'tmp/audit-checkpoints.ndjson')
}

function checkpointMail(): AuditConfig['checkpointMail'] {
  const [to, from] = [env.get('AUDIT_CHECKPOINT_MAIL_TO'), env.get('AUDIT_CHECKPOINT_MAIL_FROM')]
  return to && from ? { to, from } : undefined
}

const auditConfig: AuditConfig = {
  chain: 'main',
  signingKey: env.get('AUDIT_SIGNING_KEY'),
  trustedPublicKeys: env.get('AUDIT_TRUSTED_PUBLIC_KEYS').map(publicKeyFrom),
  developmentKeyFile: app.makePath('tmp/audit-signing-key'),
  checkpointPath: checkpointPath(),
  checkpointWebhookUrl: env.get('AUDIT_CHECKPOINT_WEBHOOK_URL'),
  checkpointMail: checkpointMail(),
  checkpointDeadlineMs: 10_000,
  checkpointsEnforced: app.inProduction,
  checkpointIntervalMs: 60_000,
  checkpointEvents: 1_000,
  instanceId: `${hostname()}:${process.pid}`,
  attemptAgeMs: oauthConfig.requestDeadlineMs + TOKEN_LEASE_MS,
  sweepIntervalMs: 30_000,
  startRetryMs: 5_000,
  retentionDays: env.get('AUDIT_RETENTION_DAYS'),
  shortRetentionAllowed: env.get('AUDIT_ALLOW_SHORT_RETENTION'),
  firstPurgeAfterMs: 60 * 60_000,
  purgeIntervalMs: 24 * 60 * 60_000,
  firstVerificationAfterMs: 5 * 60_000,
  verificationIntervalMs: 24 * 60 * 60_000,
  verificationPauseMs: 15,
}

export default auditConfig
