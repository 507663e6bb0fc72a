import { test } from '@japa/runner'
import { keyIdOf, publicKeyText } from '#audit/chain/signing_key'
import { publicKeysOf } from '#audit/verification/public_key_file'
import { testSigningKey } from '#tests/helpers/audit/test_trail'

const { publicKey, keyId } = testSigningKey
const text = publicKeyText(publicKey)
const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()

test.group('Files of public keys', () => {
  test('hold PEM, base64 or the answer of the API, and several keys', ({ assert }) => {
    const json = JSON.stringify({ data: [{ publicKey: text, keyId }] })
    for (const content of [pem, text, `# of 2026\n${text}\r\n`, json]) {
      assert.deepEqual(publicKeysOf(content).map(keyIdOf), [keyId])
    }
    assert.lengthOf(publicKeysOf(pem + pem), 2)
    assert.lengthOf(publicKeysOf(`${text}\n${text}\n`), 2)
  })

  test('that hold something else are refused', ({ assert }) => {
    for (const content of ['', '# nothing', 'c2hvcnQ=', '{"data":[]}', '{}', '-----BEGIN X']) {
      assert.throws(() => publicKeysOf(content))
    }
  })
})
