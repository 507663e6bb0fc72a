import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { defineConfig, grants, stores, type OAuthConfig } from '#oauth/define_config'
import type { ProviderConfig } from '#oauth/provider_config'

const PROVIDER: ProviderConfig = {
  grant: grants.clientCredentials(),
  credentials: new ConfigCredentials({ clientId: 'id', clientSecret: new Secret('canary') }),
  endpoint: {
    url: 'https://auth.example.test/token',
    clientAuthentication: 'basic',
    formEncodeCredentials: true,
    answerRules: [],
  },
}

const SMALLEST: OAuthConfig<{ example: ProviderConfig }> = {
  default: 'example',
  store: stores.memory,
  providers: { example: PROVIDER },
}

const DURATIONS = ['refreshThresholdMs', 'waitMs', 'requestDeadlineMs'] as const
const WRONG = [0, -1, Number.NaN, Number.POSITIVE_INFINITY]

test.group('OAuth configuration', () => {
  test('has a default for everything that is left out, or there without a value', ({ assert }) => {
    const leftOut = {
      cacheEnabled: undefined,
      refreshThresholdMs: undefined,
      waitMs: undefined,
      requestDeadlineMs: undefined,
    }
    for (const config of [SMALLEST, { ...SMALLEST, ...leftOut }]) {
      assert.containsSubset(defineConfig(config), {
        cacheEnabled: true,
        refreshThresholdMs: 600_000,
        waitMs: 10_000,
        requestDeadlineMs: 10_000,
      })
    }
  })

  test('keeps what it is told', ({ assert }) => {
    const given = {
      cacheEnabled: false,
      refreshThresholdMs: 1,
      waitMs: 2,
      requestDeadlineMs: 30_000,
    }
    assert.containsSubset(defineConfig({ ...SMALLEST, ...given }), given)
  })

  test('refuses a default that is no provider: {$self}')
    .with(['other', '', '__proto__', 'constructor', 'toString'])
    .run(({ assert }, name) => {
      const providers: Record<string, ProviderConfig> = { example: PROVIDER }
      assert.throws(
        () => defineConfig({ ...SMALLEST, providers, default: name }),
        'config/oauth.ts: "default" names no entry of "providers"'
      )
    })

  test('refuses {key}: {value}')
    .with(DURATIONS.flatMap((key) => WRONG.map((value) => ({ key, value }))))
    .run(({ assert }, { key, value }) => {
      assert.throws(
        () => defineConfig({ ...SMALLEST, [key]: value }),
        `config/oauth.ts: "${key}" must be a number of milliseconds above 0`
      )
    })

  test('refuses a token request of more than 30 s', ({ assert }) => {
    assert.throws(
      () => defineConfig({ ...SMALLEST, requestDeadlineMs: 30_001 }),
      'config/oauth.ts: "requestDeadlineMs" must not exceed 30000'
    )
  })

  test('is refused when what people gave would be spent for tokens that one process keeps', ({
    assert,
  }) => {
    const people: ProviderConfig = {
      ...PROVIDER,
      grant: grants.refreshToken(),
      issuer: 'https://auth.example.test',
    }
    const define = (store: OAuthConfig<never>['store']) =>
      defineConfig({ default: 'people', store, providers: { people } })

    for (const store of [stores.memory, stores.none]) {
      assert.throws(() => define(store), /"providers.people.grant".*"store".*OAUTH_TOKEN_STORE/)
    }
    assert.doesNotThrow(() => define(stores.database()))
  })
})
