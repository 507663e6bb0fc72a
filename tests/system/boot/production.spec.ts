import { test } from '@japa/runner'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { LISTENING, launchGateway } from '#tests/helpers/gateway_process'
import { startNode } from '#tests/helpers/boot/node_process'
import { production, secretsOf, type Variables } from '#tests/helpers/boot/production'

const MONITORING_SECRET = 'monitoring-7c1e90aa52'

function ready(url: string): Promise<Response> {
  return fetch(`${url}/health/ready`, { headers: { 'x-monitoring-secret': MONITORING_SECRET } })
}

test.group('Config | A production that boots', () => {
  test('needs six variables, and stops when it is told to', async ({ assert, cleanup }) => {
    const folder = await temporaryFolder({ cleanup })
    const variables = production()
    const gateway = await launchGateway(
      { ...variables, SQLITE_PATH: folder.file('gateway.sqlite3') },
      { dotEnv: folder.path }
    )
    await gateway.printed(LISTENING)

    const live = await fetch(`${gateway.url}/health/live`)
    assert.equal(live.status, 200)
    const closed = await fetch(`${gateway.url}/health/ready`)
    assert.equal(closed.status, 401)

    assert.equal(await gateway.stop(), 0)
    assert.include(gateway.output(), "AUDIT_CHECKPOINT_PATH is under the application's tmp/")
    for (const secret of secretsOf(variables)) assert.notInclude(gateway.output(), secret)
  })

  test('lives without tables, and says that it is not ready', async ({ assert, cleanup }) => {
    const folder = await temporaryFolder({ cleanup })
    const gateway = await launchGateway(
      { ...production(), MONITORING_SECRET, SQLITE_PATH: folder.file('gateway.sqlite3') },
      { dotEnv: folder.path }
    )
    await gateway.printed(LISTENING)

    const live = await fetch(`${gateway.url}/health/live`)
    assert.equal(live.status, 200)

    const answer = await ready(gateway.url)
    assert.equal(answer.status, 503)
    assert.include(await answer.text(), 'run node ace migration:run')

    assert.equal(await gateway.stop(), 0)
  })

  test('takes its secrets from files, and the ready-made header', async ({ assert, cleanup }) => {
    const folder = await temporaryFolder({ cleanup })
    const { ORANGE_CLIENT_ID: id, ORANGE_CLIENT_SECRET: secret, ...rest } = production()
    const header = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
    const variables: Variables = {
      APP_URL: rest.APP_URL,
      ORANGE_SMS_SENDER_ADDRESS: rest.ORANGE_SMS_SENDER_ADDRESS,
      SQLITE_PATH: folder.file('gateway.sqlite3'),
      APP_KEY_FILE: await folder.write('app-key', `${rest.APP_KEY}\n`),
      AUDIT_SIGNING_KEY_FILE: await folder.write('signing-key', `${rest.AUDIT_SIGNING_KEY}\r\n`),
      ORANGE_AUTHORIZATION_HEADER_FILE: await folder.write('header', header),
      MONITORING_SECRET_FILE: await folder.write('monitoring', `${MONITORING_SECRET}\n`),
    }

    const migration = startNode(['ace.js', 'migration:run', '--force'], variables, {
      dotEnv: folder.path,
    })
    assert.equal(await migration.ended, 0, migration.output())

    const gateway = await launchGateway(variables, { dotEnv: folder.path })
    await gateway.printed(LISTENING)
    const answer = await ready(gateway.url)
    assert.equal(answer.status, 200)

    assert.equal(await gateway.stop(), 0)
  })
})
