import { Secret } from '@adonisjs/core/helpers'
import { TokenBackup } from '#oauth/actions/token_backup'
import { BackedUpTokens } from '#oauth/stores/backed_up_tokens'
import { DatabaseTokenStore } from '#oauth/stores/database'
import { EncryptedTokenStore } from '#oauth/stores/encrypted'
import { isClientSecret } from '#oauth/credentials/tenant_credentials'
import { RefreshTokenStore } from '#oauth/stores/refresh_tokens'
import { TenantCredentialStore } from '#oauth/stores/tenant_credentials'
import type { AuditDatabase } from '#tests/helpers/audit/audit_database'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { tokenCipher } from '#tests/helpers/token_cipher'
import { tokenRecord } from '#tests/unit/oauth/token_record'

/** The tables of one gateway, with their backup. */
export async function gatewayOn({ connect }: AuditDatabase, ...keys: string[]) {
  const clock = new ManualClock()
  const recorder = new RecordingEventRecorder()
  const cipher = await tokenCipher(...(keys.length > 0 ? keys : ['one']))
  const unreadable = async () => {}
  const tokens = new EncryptedTokenStore(new DatabaseTokenStore(connect), { cipher, unreadable })
  const credentials = new TenantCredentialStore({ connect, cipher, clock })
  const refreshTokens = new RefreshTokenStore({ connect, cipher, clock })
  const tables = [new BackedUpTokens(tokens, clock), credentials, refreshTokens]
  const backup = new TokenBackup(tables, recorder)

  const put = (tenant: string, id = tenant) =>
    credentials.put('entra', tenant, {
      client_id: `client-of-${id}`,
      client_secret: `secret-of-${id}`,
    })
  const clientOf = async (tenant: string) => {
    const found = await credentials.find('entra', tenant)
    return found && isClientSecret(found) && [found.clientId, found.clientSecret.release()]
  }
  const token = (text: string, more: object = {}) =>
    tokenRecord({
      accessToken: new Secret(text),
      fingerprint: fingerprintOf(text),
      issuedAt: clock.now(),
      expiresAt: clock.now() + 3_600_000,
      ...more,
    })
  return {
    clock,
    recorder,
    tokens,
    credentials,
    refreshTokens,
    backup,
    connect,
    put,
    clientOf,
    token,
  }
}

/** In a test, any name does that does not show the token. */
export const fingerprintOf = (text: string) => Buffer.from(text).toString('hex')
