import { test } from '@japa/runner'
import { inspect } from 'node:util'
import { Secret } from '@adonisjs/core/helpers'
import type { TokenRecord } from '#oauth/contracts'
import { UnreadableRecord } from '#oauth/errors'
import { pauseFromText, pauseToText, recordFromText, recordToText } from '#oauth/stores/stored_text'
import { seededRandom } from '#tests/helpers/seeded_random'
import { tokenRecord } from '#tests/unit/oauth/token_record'

const RECORD = tokenRecord({
  accessToken: new Secret('sealed-é-"quoted"-\\'),
  scope: 'sms balance',
  tenant: 'a-tenant',
  refreshAt: 1_800_000_000_000.25,
})
const TEXT = recordToText(RECORD)
const BYTES = Buffer.from(TEXT)
const PAUSE = { since: 1, until: 500.25, reason: 'http_503', failures: 3 }

test.group('Stored text | a token', () => {
  test('comes back as it was', ({ assert }) => {
    for (const record of [RECORD, tokenRecord()]) {
      assert.deepEqual(plain(recordFromText(recordToText(record))), plain(record))
    }
  })

  test('comes back as a secret', ({ assert }) => {
    const seen = inspect(recordFromText(TEXT), { depth: Infinity, showHidden: true })
    assert.notInclude(seen, 'sealed')
  })

  test('is refused in the words of another version', ({ assert }) => {
    for (const version of [0, 2, '1', null, undefined]) refused(assert, changed({ version }))
  })

  test('is refused without a member, and with one too many', ({ assert }) => {
    const needed = 'accessToken tokenType fingerprint issuedAt refreshAt expiresAt provider'
    for (const name of needed.split(' ')) refused(assert, changed({ [name]: undefined }))
    refused(assert, changed({ more: true }))
    refused(assert, TEXT.replace('{', '{"__proto__":{},'))
    refused(assert, TEXT.replace('{', '{"provider":"twice",'))
  })

  test('is refused with a member of another kind', ({ assert }) => {
    for (const value of [null, '1', true, [], {}]) refused(assert, changed({ expiresAt: value }))
    for (const value of [null, 1, true, [], {}]) {
      for (const name of ['accessToken', 'scope', 'fingerprint', 'provider', 'tenant']) {
        refused(assert, changed({ [name]: value }))
      }
    }
    refused(assert, changed({ tokenType: 'bearer' }))
  })

  test('is refused with an instant that is no number or has no end', ({ assert }) => {
    for (const text of ['NaN', 'Infinity', '1e999', '-1e999', '01', '0x1']) {
      refused(assert, TEXT.replace(/"expiresAt":[\d.]+/, `"expiresAt":${text}`))
    }
  })

  test('is refused when it is no object at all', ({ assert }) => {
    for (const text of ['', ' ', 'null', '1', '""', '[]', '{}', `[${TEXT}]`, TEXT + TEXT, '\0']) {
      refused(assert, text)
    }
  })

  test('is refused without a word of what stands there', ({ assert }) => {
    try {
      recordFromText(TEXT.slice(0, -1))
      assert.fail('it was read')
    } catch (error) {
      assert.notInclude(inspect(error, { depth: Infinity, showHidden: true }), 'sealed')
    }
  })
})

test.group('Stored text | a token in a text that was spoiled', () => {
  test('a text that ends too early is refused, wherever it ends', ({ assert }) => {
    for (let end = 0; end < TEXT.length; end++) refused(assert, TEXT.slice(0, end))
  })

  /**
   * A character inside a string and a digit of an instant make another record of the same
   * form. That cannot be seen here: the sealing of tokens tells of a changed token.
   */
  test('a flipped bit is refused, or has changed one value and nothing of the form', ({
    assert,
  }) => {
    for (let bit = 0; bit < BYTES.length * 8; bit++) {
      const record = readOrRefused(flipped([bit]))
      if (!record) continue
      assert.deepEqual(form(record), form(RECORD), `bit ${bit}`)
      assert.equal(differences(plain(record), plain(RECORD)), 1, `bit ${bit}`)
    }
  })

  test('many flipped bits are refused, or have changed nothing of the form', ({ assert }) => {
    const seed = Date.now() % 1_000_000
    const random = seededRandom(seed)

    for (let round = 0; round < 3_000; round++) {
      const count = 2 + Math.floor(random() * 4)
      const bits = Array.from({ length: count }, () => Math.floor(random() * BYTES.length * 8))
      const where = `bits ${bits}, seed ${seed}`
      const record = readOrRefused(flipped(bits), where)
      if (record) assert.deepEqual(form(record), form(RECORD), where)
    }
  })
})

test.group('Stored text | a pause', () => {
  test('comes back as it was', ({ assert }) => {
    assert.deepEqual(pauseFromText(pauseToText(PAUSE)), PAUSE)
  })

  test('is refused when it is anything else', ({ assert }) => {
    const text = pauseToText(PAUSE)
    for (let end = 0; end < text.length; end++) {
      assert.throws(() => pauseFromText(text.slice(0, end)), UnreadableRecord as never)
    }
    for (const change of [{ until: '1' }, { reason: 1 }, { failures: null }, { more: 1 }]) {
      const other = JSON.stringify({ ...PAUSE, ...change })
      assert.throws(() => pauseFromText(other), UnreadableRecord as never)
    }
  })
})

function changed(changes: Record<string, unknown>): string {
  return JSON.stringify({ ...JSON.parse(TEXT), ...changes })
}

function refused(assert: { fail(message: string): void }, text: string): void {
  if (readOrRefused(text)) assert.fail(`it was read: ${text}`)
}

function flipped(bits: readonly number[]): string {
  const spoiled = Buffer.from(BYTES)
  for (const bit of bits) spoiled[bit >> 3] ^= 1 << (bit & 7)
  return spoiled.toString()
}

/** Nothing but our own refusal may come out of it. */
function readOrRefused(text: string, where = 'a foreign error'): TokenRecord | null {
  try {
    return recordFromText(text)
  } catch (error) {
    if (error instanceof UnreadableRecord && error.reason === 'corrupt') return null
    throw new Error(`${where}: ${error}`)
  }
}

function plain(record: TokenRecord): Record<string, unknown> {
  return { ...record, accessToken: record.accessToken.release() }
}

/** Which members there are, and of which kind. */
function form(record: TokenRecord): Record<string, string> {
  const entries = Object.entries(plain(record))
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value]))
}

function differences(one: Record<string, unknown>, other: Record<string, unknown>): number {
  return Object.keys(one).filter((name) => one[name] !== other[name]).length
}
