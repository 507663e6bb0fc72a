import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { UnsecuredJWT } from 'jose'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer } from '#tests/helpers/token_server'

test.group('Acting for somebody', () => {
  test('ends with the assertion that it rests on: one that has expired opens nothing', async (context) => {
    const { assert } = context
    let expired = false
    const server = await startTokenServer(context, () =>
      expired
        ? { status: 400, body: { error: 'invalid_grant' } }
        : { body: { access_token: 'graph', token_type: 'Bearer', expires_in: 3600 } }
    )
    const { manager, clock } = startProviderEngine(context, {
      grant: grants.onBehalfOf(),
      credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
      endpoint: { url: server.url, clientAuthentication: 'post' },
    })
    const now = Math.floor(clock.now() / 1000)
    const assertion = new Secret(new UnsecuredJWT({ sub: 'ada', exp: now + 300 }).encode())
    const bring = () => manager.use('tested', { assertion }).getAccessToken()
    await bring()

    expired = true
    await clock.advance(600_000)
    await assert.rejects(bring)
  })
})
