import { inspect } from 'node:util'
import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { defineConfig, grants, stores } from '#oauth/define_config'
import type { ProviderConfig } from '#oauth/provider_config'

const PROVIDER: ProviderConfig = {
  grant: grants.password(),
  credentials: new ConfigCredentials({ username: 'ada', password: new Secret('canary') }),
  endpoint: { url: 'https://auth.example.test/login', clientAuthentication: 'none' },
}

function define(changes: Partial<ProviderConfig>) {
  const example = { ...PROVIDER, ...changes }
  return defineConfig({ default: 'example', store: stores.memory, providers: { example } })
}

function at(...url: string[]): Partial<ProviderConfig> {
  return { endpoint: { url, clientAuthentication: 'none' } }
}

const key = (problem: string) => `config/oauth.ts: "providers.example.${problem}`

test.group("A provider's entry", () => {
  test('is refused when {name}')
    .with([
      {
        name: 'it has no endpoint',
        changes: { endpoint: undefined },
        problem: 'endpoint" is missing',
      },
      { name: 'it has no address', changes: at(), problem: 'endpoint.url" is empty' },
      {
        name: 'its address is not https',
        changes: at('http://auth.example.test/login'),
        problem: 'endpoint.url" must be https: http is accepted on the loopback address only',
      },
      {
        name: 'a password stands in its address',
        changes: at('https://ada:canary@auth.example.test'),
        problem: 'endpoint.url" must not contain a user name or password',
      },
      {
        name: 'its addresses are on two hosts',
        changes: at('https://a.example.test/login', 'https://b.example.test/login'),
        problem: 'endpoint.url" names more than one origin',
      },
      {
        name: 'its addresses are on two ports',
        changes: at('https://a.example.test/login', 'https://a.example.test:8443/login'),
        problem: 'endpoint.url" names more than one origin',
      },
      {
        name: 'nobody says where its endpoint is',
        changes: { endpoint: { clientAuthentication: 'none' as const } },
        problem: 'endpoint.url" is missing',
      },
      {
        name: 'it publishes its addresses without TLS',
        changes: { issuer: 'http://auth.example.test' },
        problem: 'issuer" must be https: http is accepted on the loopback address only',
      },
      {
        name: 'people sign in at it nowhere',
        changes: { grant: grants.refreshToken() },
        problem: 'signIn" names no place to sign in at, and there is no "issuer" to ask for one',
      },
      {
        name: 'people sign in at it without TLS',
        changes: {
          grant: grants.refreshToken(),
          signIn: { deviceAuthorizationEndpoint: 'http://auth.example.test/device' },
        },
        problem:
          'signIn.deviceAuthorizationEndpoint" must be https: http is accepted on the loopback address only',
      },
      {
        name: 'nobody says who signs its ID tokens',
        changes: {
          grant: grants.refreshToken(),
          scope: 'mail openid',
          signIn: { authorizationEndpoint: 'https://auth.example.test/authorize' },
        },
        problem: 'issuer" is missing: ID tokens are checked against it',
      },
      {
        name: 'codes are sent without TLS',
        changes: { exchangeRedirectUris: ['https://a.example.test/', 'http://b.example.test/'] },
        problem:
          'exchangeRedirectUris" must be https: http is accepted on the loopback address only',
      },
      {
        name: 'codes are exchanged nowhere',
        changes: {
          grant: grants.staticToken(),
          endpoint: undefined,
          exchangeRedirectUris: ['https://a.example.test/'],
        },
        problem: 'exchangeRedirectUris" needs an "endpoint"',
      },
      {
        name: 'it brings a second Authorization header',
        changes: { companionHeaders: { authorization: new Secret('canary') } },
        problem: 'companionHeaders" must not name "authorization"',
      },
      {
        name: 'it names a header that would split a request',
        changes: { companionHeaders: { 'x-key\r\n': new Secret('canary') } },
        problem: 'companionHeaders" must not name "x-key\r\n"',
      },
      {
        name: 'its tokens would be revoked over http',
        changes: { revocation: { url: 'http://auth.example.test/revoke' } },
        problem: 'revocation.url" must be https: http is accepted on the loopback address only',
      },
      {
        name: 'nothing says how its client is known where tokens are revoked',
        changes: {
          grant: grants.staticToken(),
          endpoint: undefined,
          revocation: { url: 'https://auth.example.test/revoke' },
        },
        problem: 'revocation" needs an "endpoint", whose client authentication it uses',
      },
      {
        name: 'its key set is not behind https',
        changes: { validate: { issuer: 'i', jwksUri: 'http://auth.example.test/keys' } },
        problem: 'validate.jwksUri" must be https: http is accepted on the loopback address only',
      },
      {
        name: 'its fallback token would split a request',
        changes: { fallbackToken: new Secret('canary\r\nX-Admin: 1') },
        problem: 'fallbackToken" is empty, too long, or holds characters that no token has',
      },
      {
        name: 'its fallback token is empty',
        changes: { fallbackToken: new Secret('') },
        problem: 'fallbackToken" is empty, too long, or holds characters that no token has',
      },
      {
        name: 'its fallback token could be printed',
        changes: { fallbackToken: 'canary' as unknown as Secret<string> },
        problem: 'fallbackToken" must be a Secret',
      },
      {
        name: 'it has a word of its own for what becomes of requests',
        changes: { onFailure: 'ignore' as 'refuse' },
        problem: 'onFailure" must be "refuse" or "anonymous"',
      },
    ])
    .run(({ assert }, { changes, problem }) => {
      assert.throws(() => define(changes), key(problem))
    })

  test('may have several addresses of one origin, and loopback ones without https', ({
    assert,
  }) => {
    for (const urls of [
      ['https://a.example.test/login', 'https://a.example.test/auth/login'],
      ['http://127.0.0.1:9/login', 'http://127.0.0.1:9/token'],
    ]) {
      assert.deepEqual(define(at(...urls)).providers.example.endpoint?.url, urls)
    }
  })

  test('needs no endpoint when its grant asks nobody', ({ assert }) => {
    const changes = { grant: grants.staticToken(), endpoint: undefined }
    assert.isUndefined(define(changes).providers.example.endpoint)
  })

  test('may let requests out without a token that somebody was given', ({ assert }) => {
    const changes = {
      grant: grants.staticToken(),
      endpoint: undefined,
      onFailure: 'anonymous' as const,
      fallbackToken: undefined,
    }
    assert.equal(define(changes).providers.example.onFailure, 'anonymous')
  })

  test('is refused without quoting the token that is wrong', ({ assert }) => {
    const refusal = (text: string) => {
      try {
        return define({ fallbackToken: new Secret(text) })
      } catch (error) {
        return inspect(error)
      }
    }
    assert.include(refusal('canary with blanks'), 'fallbackToken')
    assert.notInclude(refusal('canary with blanks'), 'canary')
  })
})
