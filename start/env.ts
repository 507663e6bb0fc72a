/*
|--------------------------------------------------------------------------
| Environment variables
|--------------------------------------------------------------------------
|
| Read once, before anything else. A wrong value stops the boot before the
| port opens, and the report names every wrong variable at once. Only files
| under config/ read this module.
|
*/

import { Env } from '@adonisjs/core/env'
import { nodeOptions, refusedInProduction } from '#start/env_node'
import {
  addressRange,
  flag,
  inProduction,
  integer,
  isOn,
  list,
  matching,
  oneOf,
  text,
  url,
  type Check,
} from '#start/env_rules'
import { keyGenerations } from '#start/env_keys'
import { notMeant, requiredSecret, secret } from '#start/env_secrets'

const sandboxMode = () => isOn('SMS_SANDBOX_MODE')
const headerGiven = () =>
  Boolean(process.env.ORANGE_AUTHORIZATION_HEADER || process.env.ORANGE_AUTHORIZATION_HEADER_FILE)
const credentialsNeeded = () => !sandboxMode() && !headerGiven()
const onPostgres = () => process.env.DB_CONNECTION === 'postgres'

const clientId: Check = (value) =>
  notMeant(value) ?? (/^[\x21-\x7e]+$/.test(value) ? undefined : 'must be printable ASCII')

const basicHeader = matching(
  /^Basic [A-Za-z0-9+/]+={0,2}$/,
  'must be the ready-made header of the Orange portal: the word Basic, a space, base64'
)
const path = matching(/^\/[\w/.-]+$/, 'must be a path')
const scope = matching(/^[\x21\x23-\x5b\x5d-\x7e ]+$/, 'has the wrong form (RFC 6749 §3.3)')
const senderAddresses = matching(
  /^tel:\+\d{4,15}(\s*,\s*tel:\+\d{4,15})*$/,
  'must look like tel:+2210000; several are separated by commas'
)
const postgresUrl = matching(/^postgres(ql)?:\/\/\S+$/, 'must be a postgres:// URL')

const onRedis = () =>
  [process.env.OAUTH_TOKEN_STORE, process.env.OAUTH_LOCK_STORE].includes('redis')
const redisUrl: Check = (value) =>
  /^rediss?:\/\/[^\s/]+(\/\d{0,2})?$/.test(value) && URL.canParse(value) && canDecode(value)
    ? undefined
    : 'must be like redis://user:password@host:6379/0'

const mailAddress = matching(/^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+$/, 'must be one mail address')
const hostName = matching(/^[\w.:-]+$/, 'must be a host name or an IP address')
const given = (name: string) => Boolean(process.env[name] || process.env[`${name}_FILE`])
const mailWanted = () => given('AUDIT_CHECKPOINT_MAIL_TO')

const smtpUrl: Check = (value) => {
  if (!/^smtps?:\/\/[^/\s]+\/?$/.test(value) || !URL.canParse(value) || !new URL(value).hostname) {
    return 'must be like smtps://user:password@mail.example.com'
  }
  return canDecode(value) ? undefined : 'has a percent sign that must be written as %25'
}

function canDecode(value: string): boolean {
  try {
    return Boolean(decodeURIComponent(value))
  } catch {
    return false
  }
}

const ed25519Seed: Check = (value) =>
  Buffer.from(value, 'base64').length === 32 && /^[A-Za-z0-9+/]+={0,2}$/.test(value)
    ? undefined
    : 'must be base64 of 32 bytes (openssl rand -base64 32)'

const ed25519PublicKey: Check = (value) =>
  ed25519Seed(value) && 'must be public keys (base64 of 32 bytes), comma-separated'

const noSandboxInProduction = (enabled: boolean) =>
  enabled && inProduction() && !isOn('ALLOW_SANDBOX_IN_PRODUCTION')
    ? 'sends nothing: production refuses it without ALLOW_SANDBOX_IN_PRODUCTION=true'
    : undefined

/** Six years, as HIPAA asks for (45 CFR 164.316(b)(2)), and a leap day or two. */
const SIX_YEARS = 2_192

const longRetention = (days: number) =>
  days < SIX_YEARS && !isOn('AUDIT_ALLOW_SHORT_RETENTION')
    ? `must be at least ${SIX_YEARS} (six years), unless AUDIT_ALLOW_SHORT_RETENTION=true`
    : undefined

const env = await Env.create(new URL('../', import.meta.url), {
  NODE_ENV: oneOf('production', ['development', 'production', 'test']),
  HOST: text(),
  PORT: integer(3333, { min: 0, max: 65_535 }),
  APP_KEY: requiredSecret({ minLength: 32 }),
  APP_URL: url({ required: inProduction }),
  LOG_LEVEL: oneOf('info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  TRUSTED_PROXIES: list(addressRange),

  ORANGE_CLIENT_ID: text({ required: credentialsNeeded, check: clientId }),
  ORANGE_CLIENT_SECRET: secret({ required: credentialsNeeded, minLength: 8 }),
  ORANGE_AUTHORIZATION_HEADER: secret({ required: () => false, check: basicHeader }),
  ORANGE_API_BASE_URL: url(),
  ORANGE_TOKEN_ENDPOINT: url(),
  ORANGE_SMS_ENDPOINT: text({ check: path }),
  ORANGE_OAUTH_SCOPE: text({ check: scope }),
  ORANGE_SMS_SENDER_ADDRESS: text({ required: () => !sandboxMode(), check: senderAddresses }),
  SMS_ENABLED: flag(true),
  SMS_SANDBOX_MODE: flag(false, noSandboxInProduction),
  ALLOW_SANDBOX_IN_PRODUCTION: flag(false),

  OAUTH_CACHE_ENABLED: flag(true),
  OAUTH_REFRESH_THRESHOLD_MINUTES: integer(10, { min: 1, max: 720 }),
  OAUTH_TOKEN_STORE: oneOf('database', ['memory', 'file', 'database', 'redis']),
  OAUTH_TOKEN_FILE: text(),
  OAUTH_LOCK_STORE: text({ check: matching(/^(database|redis)$/, 'must be database or redis') }),
  TOKEN_API_ENABLED: flag(false),
  TOKEN_ENCRYPTION_KEYS: secret({ required: () => false, check: keyGenerations }),
  REDIS_URL: secret({ required: onRedis, check: redisUrl }),

  DB_CONNECTION: oneOf('sqlite', ['sqlite', 'postgres']),
  DATABASE_URL: secret({ required: onPostgres, check: postgresUrl }),
  SQLITE_PATH: text(),

  AUDIT_SIGNING_KEY: secret({ required: inProduction, check: ed25519Seed }),
  AUDIT_CHECKPOINT_PATH: text(),
  AUDIT_CHECKPOINT_WEBHOOK_URL: url(),
  AUDIT_CHECKPOINT_MAIL_TO: text({
    required: () => given('AUDIT_CHECKPOINT_MAIL_FROM'),
    check: mailAddress,
  }),
  AUDIT_CHECKPOINT_MAIL_FROM: text({ required: mailWanted, check: mailAddress }),
  SMTP_URL: secret({ required: () => false, check: smtpUrl }),
  SMTP_HOST: text({ required: () => mailWanted() && !given('SMTP_URL'), check: hostName }),
  SMTP_PORT: integer(587, { min: 1, max: 65_535 }),
  SMTP_USERNAME: text({ required: () => given('SMTP_PASSWORD') }),
  SMTP_PASSWORD: secret({ required: () => given('SMTP_USERNAME') }),
  AUDIT_TRUSTED_PUBLIC_KEYS: list(ed25519PublicKey),
  AUDIT_RETENTION_DAYS: integer(SIX_YEARS, { min: 1, max: 36_500 }, longRetention),
  AUDIT_ALLOW_SHORT_RETENTION: flag(false),
  MONITORING_SECRET: secret({ required: () => false, minLength: 16 }),

  NODE_OPTIONS: nodeOptions(process.execArgv),
  NODE_DEBUG: refusedInProduction(/./, 'prints Authorization headers'),
  DEBUG: refusedInProduction(/knex|follow-redirects|\*/i, 'prints headers and stored values'),
  NODE_TLS_REJECT_UNAUTHORIZED: refusedInProduction(/^0$/, 'switches certificate checks off'),
  SSLKEYLOGFILE: refusedInProduction(/./, 'writes TLS keys to a file'),
})

/** A process that was told nothing is a production process. */
process.env.NODE_ENV = env.get('NODE_ENV')

export default env
