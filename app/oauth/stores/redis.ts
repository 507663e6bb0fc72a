import type { RedisConnection } from '@adonisjs/redis'
import type { StoredState, TokenRecord, TokenStore } from '#oauth/contracts'
import { UnreadableRecord } from '#oauth/errors'
import type { Pause } from '#oauth/life/pause'
import { pauseFromText, pauseToText, recordFromText, recordToText } from '#oauth/stores/stored_text'

/** How much longer than its token a row is kept, in milliseconds. Nothing here depends on a clock of Redis. */
const GRACE_MS = 60 * 60_000

/** How long it is known that a token was removed of which the store knew nothing: no life is longer, in milliseconds. */
const TRACE_MS = 25 * GRACE_MS

/** The least that a token's life counts as, in milliseconds: without one a row would be gone at once. */
const SHORTEST_LIFE_MS = 60_000

/** How many keys one script or one step of a listing looks at: Redis does nothing else meanwhile. */
const KEYS_AT_ONCE = 500

/**
 * A row is a hash of `fingerprint` and `record`; without `record` its token was removed.
 * Where something else stands, nothing is replaced or removed.
 * KEYS: the row. ARGV: the expected fingerprint, the new one, the record, its life.
 */
const REPLACE = `
  local row = redis.pcall('HMGET', KEYS[1], 'fingerprint', 'record')
  if row.err then return 0 end
  local held = row[2] and row[1] or ''
  if held ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[2], 'record', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return 1`

const REMOVE = `
  local row = redis.pcall('HMGET', KEYS[1], 'fingerprint', 'record')
  if row.err then return 0 end
  if not row[1] then
    redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
  end
  if not row[2] or row[1] ~= ARGV[1] then return 0 end
  redis.call('HDEL', KEYS[1], 'record')
  return 1`

const STATES = `
  local found = {}
  for at, key in ipairs(KEYS) do
    local row = redis.pcall('HMGET', key, 'fingerprint', 'record')
    if row.err or not row[1] then
      found[at] = ''
    else
      found[at] = (row[2] and '+' or '-') .. row[1]
    end
  end
  return found`

/** Tokens in Redis. Each change is one script, so that exactly one of several wins. */
export class RedisTokenStore implements TokenStore {
  readonly name = 'redis'
  readonly #redis: RedisConnection['ioConnection']
  readonly #tokens: string
  readonly #pauses: string

  /** @param prefix stands in front of every key */
  constructor(redis: RedisConnection['ioConnection'], prefix: string) {
    this.#redis = redis
    this.#tokens = `${prefix}token:`
    this.#pauses = `${prefix}pause:`
  }

  async get(key: string): Promise<TokenRecord | null> {
    const text = await this.#redis.hget(this.#tokens + key, 'record').catch(refuseWrongType)
    return text === null ? null : recordFromText(text)
  }

  async replace(key: string, record: TokenRecord, expected: string | null): Promise<boolean> {
    const values = [expected ?? '', record.fingerprint, recordToText(record), rowLife(record)]
    return (await this.#redis.eval(REPLACE, 1, this.#tokens + key, ...values)) === 1
  }

  async remove(key: string, expected: string): Promise<boolean> {
    return (await this.#redis.eval(REMOVE, 1, this.#tokens + key, expected, TRACE_MS)) === 1
  }

  async discard(key: string): Promise<void> {
    await this.#redis.del(this.#tokens + key)
  }

  async states(keys: readonly string[]): Promise<Map<string, StoredState>> {
    const states = new Map<string, StoredState>()
    for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
      await this.#readStates(keys.slice(start, start + KEYS_AT_ONCE), states)
    }
    return states
  }

  async #readStates(keys: readonly string[], states: Map<string, StoredState>): Promise<void> {
    const rows = keys.map((key) => this.#tokens + key)
    const found = (await this.#redis.eval(STATES, rows.length, ...rows)) as string[]
    for (const [at, state] of found.entries()) {
      if (!state) continue
      states.set(keys[at], { fingerprint: state.slice(1), removed: state.startsWith('-') })
    }
  }

  async *keys(): AsyncIterable<string> {
    const seen = new Set<string>()
    const match = `${this.#tokens}*`
    const pages = this.#redis.scanStream({ match, count: KEYS_AT_ONCE })

    for await (const page of pages as AsyncIterable<string[]>) {
      const keys = page.map((row) => row.slice(this.#tokens.length))
      const states = await this.states(keys)
      for (const key of keys) {
        if (seen.has(key) || (states.get(key)?.removed ?? false)) continue
        seen.add(key)
        yield key
      }
    }
  }

  async getPause(credential: string): Promise<Pause | null> {
    const text = await this.#redis.get(this.#pauses + credential).catch(refuseWrongType)
    return text === null ? null : pauseFromText(text)
  }

  async setPause(credential: string, pause: Pause): Promise<void> {
    const life = Math.max(0, Math.ceil(pause.until - pause.since)) + GRACE_MS
    await this.#redis.set(this.#pauses + credential, pauseToText(pause), 'PX', life)
  }

  async removePause(credential: string): Promise<void> {
    await this.#redis.del(this.#pauses + credential)
  }
}

/** Counted from the write, so that no clock has to agree with another. */
function rowLife({ issuedAt, expiresAt }: TokenRecord): number {
  return Math.max(SHORTEST_LIFE_MS, Math.ceil(expiresAt - issuedAt)) + GRACE_MS
}

/** Something else stands under the key. */
function refuseWrongType(error: unknown): never {
  if (error instanceof Error && error.message.startsWith('WRONGTYPE')) {
    throw new UnreadableRecord('corrupt')
  }
  throw error
}
