import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { KeyedDigest } from '#shared/keyed_digest'

const KEY = 'an-application-key-of-32-letters'
const digest = (purpose: string, key = KEY) => new KeyedDigest(new Secret(key), purpose)

test.group('Keyed digest', () => {
  test('is the same in every process and in every version', ({ assert }) => {
    const known = '6a1067b0a46f3933351b07f7e7fb6c3c'
    assert.equal(digest('token-fingerprints').of('a-token'), known)
    assert.equal(digest('token-fingerprints').of('a-token'), known)
  })

  test('differs for another value, another purpose, another key', ({ assert }) => {
    const digests = [
      digest('token-fingerprints').of('a-token'),
      digest('token-fingerprints').of('a-token '),
      digest('token-fingerprints').of(''),
      digest('blind-index').of('a-token'),
      digest('').of('a-token'),
      digest('token-fingerprints', `${KEY}!`).of('a-token'),
    ]
    assert.lengthOf([...new Set(digests)], digests.length)
  })

  test('is 16 bytes that say nothing without the key', ({ assert }) => {
    const value = digest('token-fingerprints').of('a-token')
    const unkeyed = createHash('sha256').update('a-token').digest('hex')

    assert.match(value, /^[0-9a-f]{32}$/)
    assert.isFalse(unkeyed.startsWith(value))
  })

  test('does not show its key', ({ assert }) => {
    const made = digest('token-fingerprints')
    const seen = inspect(made, { depth: Infinity, showHidden: true }) + JSON.stringify(made)
    assert.notInclude(seen, KEY)
  })
})
