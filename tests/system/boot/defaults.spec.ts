import app from '@adonisjs/core/services/app'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { startNode } from '#tests/helpers/boot/node_process'
import { production, secretsOf, type Variables } from '#tests/helpers/boot/production'

async function configOf(context: TestContext, variables: Variables) {
  const { path } = await temporaryFolder(context)
  const script = ['--import=@poppinss/ts-exec', 'tests/helpers/boot/print_config.ts']
  const child = startNode(script, variables, { dotEnv: path })

  context.assert.equal(await child.ended, 0, child.output())
  return { printed: child.output(), config: JSON.parse(child.output()) }
}

test.group('Config | What nobody set', () => {
  test('has the defaults that are promised', async (context) => {
    const { assert } = context
    const variables = production()
    const { printed, config } = await configOf(context, variables)

    assert.containSubset(config.orange, {
      baseUrl: 'https://api.orange.com',
      tokenEndpoint: 'https://api.orange.com/oauth/v3/token',
      sms: {
        enabled: true,
        path: '/smsmessaging/v1/outbound',
        senderAddresses: ['tel:+2210000'],
        deadlineMs: 15_000,
      },
    })
    assert.containSubset(config.oauth, {
      default: 'orange',
      cacheEnabled: true,
      refreshThresholdMs: 10 * 60_000,
      waitMs: 10_000,
      requestDeadlineMs: 10_000,
    })
    assert.notProperty(config.oauth.providers.orange, 'scope')
    assert.equal(config.http_client.tokens.connectTimeoutMs, 3_000)
    assert.equal(config.database.connection, 'sqlite')
    assert.equal(
      config.database.connections.sqlite.connection.filename,
      app.makePath('tmp/gateway.sqlite3')
    )
    assert.deepEqual(config.monitoring, { openWithoutSecret: false })
    assert.equal(config.app.appUrl, variables.APP_URL)
    assert.isFalse(config.app.http.trustProxy === true)

    const exposed = secretsOf(variables).filter((secret) => printed.includes(secret))
    assert.deepEqual(exposed, [])
  })

  test('leaves a sandbox on this machine, whatever address production has', async (context) => {
    const { config } = await configOf(context, {
      NODE_ENV: 'development',
      APP_KEY: production().APP_KEY,
      SMS_SANDBOX_MODE: '1',
      ORANGE_API_BASE_URL: 'https://api.orange.com',
      ORANGE_TOKEN_ENDPOINT: 'https://api.orange.com/oauth/v3/token',
    })

    for (const address of [config.orange.baseUrl, config.orange.tokenEndpoint]) {
      context.assert.equal(new URL(address).hostname, '127.0.0.1')
    }
    context.assert.isTrue(config.monitoring.openWithoutSecret)
  })
})
