import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { defineConfig, stores } from '#oauth/define_config'
import { lifetime } from '#oauth/life/token_lifetime'
import { orangeProvider } from '#orange/orange_provider'

const MINUTE = 60_000

function configWith(options: { requestDeadlineMs?: number; refreshThresholdMs?: number }) {
  return defineConfig({
    default: 'orange',
    store: stores.memory,
    providers: {
      orange: orangeProvider({
        tokenEndpoint: 'https://orange.test/token',
        credentials: new ConfigCredentials({ clientId: 'id', clientSecret: new Secret('s') }),
      }),
    },
    ...options,
  })
}

test.group('Config | Limits', () => {
  test('F4 | a margin as long as the life of a token leaves half of that life', ({ assert }) => {
    for (const threshold of [60 * MINUTE, 720 * MINUTE]) {
      const life = lifetime(0, 60 * MINUTE, { threshold, random: () => 0 })
      assert.equal(life.refreshAt, 30 * MINUTE)
      assert.isBelow(life.refreshAt, life.usableUntil)
    }
  })

  test('F4 | a token request may not take longer than 30 s', ({ assert }) => {
    assert.throws(() => configWith({ requestDeadlineMs: 30_001 }), /requestDeadlineMs/)
    assert.equal(configWith({ requestDeadlineMs: 30_000 }).requestDeadlineMs, 30_000)
  })
})
