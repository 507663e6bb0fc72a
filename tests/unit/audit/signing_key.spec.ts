import { statSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { developmentSeed } from '#audit/chain/development_seed'
import { isSignedBy, publicKeyFrom, publicKeyText, SigningKey } from '#audit/chain/signing_key'

test.group('The signing key', () => {
  test('is the Ed25519 key of the seed, as in RFC 8032 §7.1', ({ assert }) => {
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
    const key = new SigningKey(new Secret(Buffer.from(seed, 'hex').toString('base64')))

    const { x } = key.publicKey.export({ format: 'jwk' })
    assert.equal(
      Buffer.from(String(x), 'base64url').toString('hex'),
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
    )
  })

  test('a signature of another key is none', ({ assert }) => {
    const [ours, theirs] = [1, 2].map(
      (byte) => new SigningKey(new Secret(Buffer.alloc(32, byte).toString('base64')))
    )
    const { signature } = ours.sign('a text')

    assert.isTrue(isSignedBy(ours.publicKey, 'a text', signature))
    assert.isFalse(isSignedBy(ours.publicKey, 'another text', signature))
    assert.isFalse(isSignedBy(theirs.publicKey, 'a text', signature))
    assert.notEqual(ours.keyId, theirs.keyId)
  })

  test('a public key is published as the 32 bytes that it is', ({ assert }) => {
    const { publicKey } = new SigningKey(new Secret(Buffer.alloc(32, 1).toString('base64')))
    const text = publicKeyText(publicKey)

    assert.lengthOf(Buffer.from(text, 'base64'), 32)
    assert.isTrue(publicKeyFrom(text).equals(publicKey))
    assert.throws(() => publicKeyFrom('AAAA'))
  })

  test('a development seed is made once, for its owner only', async ({ assert, cleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'seed-'))
    cleanup(() => rm(folder, { recursive: true }))
    const path = join(folder, 'new', 'audit-signing-key')

    const first = developmentSeed(path)
    const second = developmentSeed(path)

    assert.equal(first.release(), second.release())
    const content = await readFile(path, 'utf8')
    assert.equal(content.trim(), first.release())
    assert.lengthOf(Buffer.from(first.release(), 'base64'), 32)
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })
})
