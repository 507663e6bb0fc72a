import { test } from '@japa/runner'
import { eventually } from '#tests/helpers/eventually'
import { ace } from '#tests/helpers/ace_process'
import { commandDatabase } from '#tests/helpers/command_database'
import { startGatewayProcess } from '#tests/helpers/gateway_process'

const EVENTS = `SELECT event_type, body FROM audit_events
   WHERE event_type LIKE 'service.%' ORDER BY seq`

/** With a log, and what .env.test says besides. */
const TESTING = { NODE_ENV: 'test', LOG_LEVEL: 'info' }

test.group('The service as a process', () => {
  test('leaves its start and its stop in the trail', async ({ assert, cleanup }) => {
    const database = await commandDatabase()
    cleanup(() => database.remove())
    const server = await startGatewayProcess({
      ...TESTING,
      ...database.env,
      TRUSTED_PROXIES: '192.0.2.1,10.0.0.0/8',
    })
    await eventually(() => database.rows(EVENTS).length === 1)

    assert.equal(await server.stop(), 0)

    const events = database.rows(EVENTS)
    assert.deepEqual(
      events.map((event) => event.event_type),
      ['service.started', 'service.stopped']
    )
    assert.include(events[0].body, `"node":"${process.version}"`)
    const [configuration] = database.rows(
      `SELECT event_type, body FROM audit_events WHERE event_type = 'config.changed'`
    )
    assert.match(String(configuration.body), /"checkpointAnchors":"file [^"]+\.ndjson"/)
    assert.include(String(configuration.body), '"trustedKeyIds":""')
    assert.include(String(configuration.body), '"trustedProxies":"10.0.0.0/8, 192.0.2.1"')
  })

  test('starts without its tables and records the start once they are there', async ({
    assert,
    cleanup,
  }) => {
    const database = await commandDatabase()
    cleanup(() => database.remove())
    await ace(['migration:rollback', '--batch=0'], { env: database.env })
    const server = await startGatewayProcess({ ...TESTING, ...database.env })
    await eventually(() => server.output().includes('Recording audit events fails'))

    const { status } = await fetch(`${server.url}/health/live`)
    await ace(['migration:run'], { env: database.env })
    await eventually(() => database.rows(EVENTS).length > 0, 'the start is recorded', 20_000)

    assert.equal(status, 200)
    assert.equal(await server.stop(), 0)
  })

  test('starts, answers and stops while PostgreSQL is not there', async ({ assert }) => {
    const server = await startGatewayProcess({
      ...TESTING,
      DB_CONNECTION: 'postgres',
      DATABASE_URL: 'postgres://nobody:canary@127.0.0.1:1/none',
    })

    const { status } = await fetch(`${server.url}/health/live`)
    assert.equal(status, 200)
    await eventually(() => server.output().includes('ECONNREFUSED'), 'the outage is logged')
    assert.equal(await server.stop(), 0)

    assert.notInclude(server.output(), 'canary')
  })
})
