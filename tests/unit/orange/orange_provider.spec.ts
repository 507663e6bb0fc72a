import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { checkOrangeEntry, orangeProvider } from '#orange/orange_provider'

const OPTIONS = {
  tokenEndpoint: 'https://api.example.test/token',
  credentials: new ConfigCredentials({ clientId: 'id', clientSecret: new Secret('s') }),
}

test.group("Orange's entry", () => {
  test('has no place for what would stand in for its token', ({ assert }) => {
    const entry = orangeProvider(OPTIONS)
    assert.doesNotThrow(() => checkOrangeEntry(entry))

    // @ts-expect-error The type has no such key.
    assert.isUndefined(entry.fallbackToken)
    // @ts-expect-error The type has no such key.
    assert.isUndefined(entry.onFailure)
    // @ts-expect-error Nor has what it is made from.
    assert.isUndefined(orangeProvider({ ...OPTIONS, onFailure: 'anonymous' }).onFailure)
  })

  test('is refused when somebody puts one there', ({ assert }) => {
    const entry = orangeProvider(OPTIONS)
    for (const change of [
      { fallbackToken: new Secret('canary') },
      { onFailure: 'anonymous' as const },
    ]) {
      const [key] = Object.keys(change)
      assert.throws(() => checkOrangeEntry({ ...entry, ...change }), `providers.orange.${key}`)
    }
  })
})
