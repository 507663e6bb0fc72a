import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { DatabaseCredentials } from '#oauth/credentials/database'
import type { ClientSecret } from '#oauth/credentials/kinds'
import { TenantCredentialStore } from '#oauth/stores/tenant_credentials'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { ManualClock } from '#tests/helpers/manual_clock'
import { tokenCipher } from '#tests/helpers/token_cipher'

const client = (secret: string, other?: string): ClientSecret => ({
  clientId: 'acme',
  clientSecret: new Secret(secret),
  ...(other ? { otherClientSecret: new Secret(other) } : {}),
})

test.group('A client secret that is replaced', () => {
  async function setUp() {
    const { connect } = await databasesOf('oauth')[0].open()
    const cipher = await tokenCipher('one')
    const store = new TenantCredentialStore({ connect, cipher, clock: new ManualClock() })
    const credentials = new DatabaseCredentials({ provider: 'entra', store })
    const secrets = async () => {
      const { clientSecret, otherClientSecret } = (await credentials.find('acme')) as ClientSecret
      return [clientSecret.release(), otherClientSecret?.release()]
    }
    return { credentials, secrets }
  }

  test('goes on working when the new one is put twice', async ({ assert }) => {
    const { credentials, secrets } = await setUp()
    await credentials.put('acme', client('old'))
    await credentials.put('acme', client('new'))
    await credentials.put('acme', client('new'))
    assert.deepEqual(await secrets(), ['new', 'old'])
  })

  test('makes room for the other one that somebody names', async ({ assert }) => {
    const { credentials, secrets } = await setUp()
    await credentials.put('acme', client('old'))
    await credentials.put('acme', client('new', 'next'))
    assert.deepEqual(await secrets(), ['new', 'next'])
  })
})
