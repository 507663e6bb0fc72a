import type { QueryClientContract } from '@adonisjs/lucid/types/database'

/** The same expressions in the words of each database. `ms` is milliseconds since 1970. */
interface Words {
  numbers: string
  instant: (ms: string) => string
  hex: (number: string, digits: number) => string
  uuid: (number: string) => string
}

const SQLITE: Words = {
  numbers:
    'WITH RECURSIVE n(i) AS (SELECT CAST(:first AS integer) UNION ALL SELECT i + 1 FROM n WHERE i < CAST(:last AS integer)) SELECT i FROM n',
  instant: (ms) => `strftime('%Y-%m-%dT%H:%M:%fZ', (${ms}) / 1000.0, 'unixepoch')`,
  hex: (number, digits) => `printf('%0${digits}x', ${number})`,
  uuid: (number) => `printf('%08x-0000-4000-8000-%012x', (${number}) / 4096, ${number})`,
}

const POSTGRES: Words = {
  numbers: 'SELECT i FROM generate_series(:first::bigint, :last::bigint) AS n(i)',
  instant: (ms) =>
    `to_char(to_timestamp((${ms}) / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  hex: (number, digits) => `lpad(to_hex(${number}), ${digits}, '0')`,
  uuid: (number) =>
    `(lpad(to_hex((${number}) / 4096), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`,
}

export const FIRST_INSTANT = Date.UTC(2024, 0, 1)

/** Two years of events at ten million rows. */
export const MS_BETWEEN = 6_307

const ROWS_PER_STATEMENT = 50_000

/**
 * Events as a gateway writes them, with made-up fingerprints. Every thousandth occurred up to
 * an hour before it was recorded, every hundred thousandth a day before.
 */
export async function fillEvents(client: QueryClientContract, rows: number): Promise<void> {
  const sql = insertStatement(client.dialect.name === 'postgres' ? POSTGRES : SQLITE)

  for (let first = 1; first <= rows; first += ROWS_PER_STATEMENT) {
    const last = Math.min(rows, first + ROWS_PER_STATEMENT - 1)
    await client.rawQuery(sql, { first, last })
  }
  await client.from('audit_heads').where('chain', 'main').update({ seq: rows })
}

function insertStatement({ numbers, instant, hex, uuid }: Words): string {
  const recorded = `${FIRST_INSTANT} + i * ${MS_BETWEEN}`
  const late = `CASE WHEN i % 100000 = 7 THEN 86400000 WHEN i % 1000 = 3 THEN i % 3600000 ELSE 0 END`
  const quoted = (name: string, value: string) => `'"${name}":"' || ${value} || '",'`

  return `
    INSERT INTO audit_events (seq, event_id, fingerprint, prev_fingerprint, event_type,
      occurred_at, recorded_at, outcome, severity, reason_code, actor_type, actor_id, actor_role,
      target_type, target_id, tenant, correlation_id, attempt_id, token_fingerprint, body)
    SELECT i, ${uuid('i')}, ${hex('i', 64)}, ${hex('i - 1', 64)}, event_type,
      occurred_at, recorded_at, outcome, severity, reason_code, actor_type, actor_id, actor_role,
      target_type, target_id, tenant, correlation_id, attempt_id, token_fingerprint,
      '{' || ${quoted('actorId', 'actor_id')} || ${quoted('actorType', 'actor_type')}
        || ${quoted('correlationId', 'correlation_id')}
        || '"details":{"grant":"client_credentials","provider":"orange"},"durationMs":42,'
        || ${quoted('eventType', 'event_type')} || '"instanceId":"gateway-7f9c6d5b4-x2x8k:1",'
        || ${quoted('occurredAt', 'occurred_at')} || ${quoted('outcome', 'outcome')}
        || ${quoted('recordedAt', 'recorded_at')} || '"schemaVersion":1,'
        || ${quoted('severity', 'severity')} || ${quoted('tokenFingerprint', hex('i / 600', 32))}
        || '"tokenIssuedAt":"2024-01-01T00:00:00.000Z","tokenExpiresAt":"2024-01-01T01:00:00.000Z"}'
    FROM (
      SELECT i,
        CASE WHEN h % 100000 = 77777 THEN 'crypto.key.rotated' WHEN h < 100 THEN 'access.user.created'
          WHEN h < 2100 THEN 'auth.token.request_failed' WHEN h < 7100 THEN 'audit.read'
          WHEN h < 27100 THEN 'auth.access.denied' WHEN h < 32100 THEN 'auth.token.generated'
          WHEN h < 64000 THEN 'auth.token.requested' ELSE 'auth.token.refreshed' END AS event_type,
        ${instant(`${recorded} - (${late})`)} AS occurred_at,
        ${instant(recorded)} AS recorded_at,
        CASE WHEN h < 2100 OR h BETWEEN 7100 AND 27099 THEN 'failure' ELSE 'success' END AS outcome,
        CASE WHEN h < 50 THEN 'critical' WHEN h < 2100 THEN 'medium' ELSE 'informational' END AS severity,
        CASE WHEN h < 2100 THEN 'invalid_client' WHEN h < 7100 THEN NULL ELSE 'expired' END AS reason_code,
        CASE WHEN h < 7100 THEN 'user' ELSE 'system' END AS actor_type,
        CASE WHEN h < 7100 THEN CAST(h % 200 AS text) ELSE 'gateway' END AS actor_id,
        CASE WHEN h < 7100 THEN 'reviewer' ELSE NULL END AS actor_role,
        CASE WHEN h < 7100 THEN NULL ELSE 'oauth_client' END AS target_type,
        CASE WHEN h < 7100 THEN NULL WHEN h < 7200 THEN CAST(h AS text) ELSE 'orange' END AS target_id,
        CASE WHEN h % 20 = 0 THEN 'tenant-' || CAST(h / 20 % 50 AS text) END AS tenant,
        'request-' || CAST(i / 3 AS text) AS correlation_id,
        CASE WHEN h >= 27100 THEN ${hex('i / 2', 32)} END AS attempt_id,
        CASE WHEN h >= 7100 THEN ${hex('i / 600', 32)} END AS token_fingerprint
      FROM (SELECT i, (i * 7919 + i / 13) % 100000 AS h FROM (${numbers}) AS numbered) AS hashed
    ) AS events`
}
