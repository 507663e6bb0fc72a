import { inspect } from 'node:util'
import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { decodeJwt, decodeProtectedHeader, exportPKCS8, generateKeyPair } from 'jose'
import {
  proveClient,
  type ClientAuthenticationSettings,
  type ClientProof,
} from '#oauth/wire/client_authentication'
import type { ClientCredentials } from '#oauth/contracts'
import { TokenRequestError } from '#oauth/errors'
import { ManualClock } from '#tests/helpers/manual_clock'

const URL_OF_ENDPOINT = 'https://auth.example.test/token'
const CLIENT = { clientId: 'a client', clientSecret: new Secret('p+w/d') }
const LOGIN = { username: 'ada', password: new Secret('canary') }

const clock = new ManualClock()

function prove(
  credentials: ClientCredentials,
  settings: ClientAuthenticationSettings
): Promise<ClientProof> {
  return proveClient(credentials, { url: URL_OF_ENDPOINT, settings, clock })
}

function textOf(value: string | Secret<string> | undefined): string | undefined {
  return value instanceof Secret ? value.release() : value
}

function decoded(header: Secret<string> | undefined): string {
  return Buffer.from(header!.release().slice('Basic '.length), 'base64').toString()
}

test.group('Client authentication', () => {
  test('basic: id and secret in a header, form-encoded unless the provider takes them raw', async ({
    assert,
  }) => {
    const encoded = await prove(CLIENT, { clientAuthentication: 'basic' })
    const raw = await prove(CLIENT, {
      clientAuthentication: 'basic',
      formEncodeCredentials: false,
    })

    assert.equal(decoded(encoded.headers?.Authorization), 'a+client:p%2Bw%2Fd')
    assert.equal(decoded(raw.headers?.Authorization), 'a client:p+w/d')
    assert.isUndefined(encoded.parameters)
  })

  test('post: id and secret in the body', async ({ assert }) => {
    const { headers, parameters } = await prove(CLIENT, { clientAuthentication: 'post' })

    assert.isUndefined(headers)
    assert.equal(parameters?.client_id, 'a client')
    assert.equal(textOf(parameters?.client_secret), 'p+w/d')
  })

  test('none: the id, or nothing where there is no client', async ({ assert }) => {
    const none = { clientAuthentication: 'none' } as const
    assert.deepEqual(await prove({ clientId: 'public' }, none), {
      parameters: { client_id: 'public' },
    })
    assert.deepEqual(await prove({ ...LOGIN, client: { clientId: 'public' } }, none), {
      parameters: { client_id: 'public' },
    })
    assert.deepEqual(await prove(LOGIN, none), {})
  })

  test('a ready-made header is sent as it is', async ({ assert }) => {
    const authorizationHeader = new Secret('Basic ready')
    for (const clientAuthentication of ['basic', 'post'] as const) {
      const { headers } = await prove({ authorizationHeader }, { clientAuthentication })
      assert.equal(headers?.Authorization, authorizationHeader)
    }
  })

  test('private_key_jwt: a short assertion for the endpoint, new each time', async ({ assert }) => {
    const client = { clientId: 'signer', privateKey: await key(), keyId: 'k1' }
    const settings = { clientAuthentication: 'private_key_jwt' } as const
    const proofs = [await prove(client, settings), await prove(client, settings)]
    const [first, second] = proofs.map(({ parameters }) => textOf(parameters?.client_assertion)!)

    const { iss, sub, aud, exp, iat, jti } = decodeJwt(first)
    assert.deepEqual([iss, sub, aud], ['signer', 'signer', URL_OF_ENDPOINT])
    assert.equal(iat, clock.now() / 1000)
    assert.equal(exp! - iat!, 120)
    assert.notEqual(jti, decodeJwt(second).jti)
    assert.deepEqual(decodeProtectedHeader(first), { alg: 'RS256', typ: 'JWT', kid: 'k1' })
    assert.containsSubset(proofs[0].parameters, {
      client_id: 'signer',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
  })

  test('private_key_jwt: a certificate and an audience are named where they are wanted', async ({
    assert,
  }) => {
    const client = {
      clientId: 'signer',
      privateKey: await key(),
      certificateThumbprint: 'dGh1bWI',
    }
    const { parameters } = await prove(client, {
      clientAuthentication: 'private_key_jwt',
      clientAssertion: { audience: 'https://issuer.example.test', algorithm: 'PS256' },
    })
    const assertion = textOf(parameters?.client_assertion)!
    assert.equal(decodeJwt(assertion).aud, 'https://issuer.example.test')
    assert.containsSubset(decodeProtectedHeader(assertion), {
      'alg': 'PS256',
      'x5t#S256': 'dGh1bWI',
    })
  })

  test('{name} is refused before anything is sent')
    .with([
      { name: 'a secret where a key is needed', credentials: CLIENT, method: 'private_key_jwt' },
      { name: 'no client where one is needed', credentials: LOGIN, method: 'basic' },
      { name: 'a given token', credentials: { token: new Secret('canary') }, method: 'post' },
      {
        name: 'a text that is no key',
        credentials: { clientId: 'signer', privateKey: new Secret('canary') },
        method: 'private_key_jwt',
        reason: 'invalid_private_key',
      },
      {
        name: 'a JWK that cannot be read',
        credentials: { clientId: 'signer', privateKey: new Secret('{"canary"') },
        method: 'private_key_jwt',
        reason: 'invalid_private_key',
      },
    ] as const)
    .run(async ({ assert }, refused) => {
      const settings = { clientAuthentication: refused.method }
      const error: unknown = await prove(refused.credentials, settings).catch(
        (caught: unknown) => caught
      )
      assert.instanceOf(error, TokenRequestError)
      assert.deepEqual((error as TokenRequestError).facts, {
        verdict: 'terminal',
        reason: 'reason' in refused ? refused.reason : 'credentials_unfit',
      })
      assert.notInclude(inspect(error, { depth: Infinity, showHidden: true }), 'canary')
    })
})

async function key(): Promise<Secret<string>> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return new Secret(await exportPKCS8(privateKey))
}
