import { test } from '@japa/runner'
import Database from 'better-sqlite3'
import { eventually } from '#tests/helpers/eventually'
import { sqliteGateway } from '#tests/helpers/sqlite_gateway'

const sms = { to: '+221771234567', message: 'Hello' }

/** How long the lease of a killed process may hold others up, and a little more. */
const LEASE_MS = 25_000

test.group('A gateway that is killed', (group) => {
  group.tap((one) => one.timeout(120_000))

  test('T30 | in the middle of its token request: one new request after the restart, the attempt stays in the trail', async (context) => {
    const { assert } = context
    const { start, path, sandbox, bearers, tokenRequests } = await sqliteGateway(context)
    const request = { bearer: bearers.sender, body: sms }

    sandbox.fault({ on: 'token', kind: 'hang', accepted: true })
    const first = await start()
    const lost = first.call('POST', '/api/sms/send', request).catch(() => 'lost')
    await eventually(() => sandbox.faults.length === 0, 'the token request arrives')
    await first.kill()
    assert.equal(await lost, 'lost')

    const second = await start()
    await eventually(
      async () => {
        const { status } = await second.call('POST', '/api/sms/send', request)
        assert.include([201, 503], status)
        return status === 201
      },
      'the second one sends, when the lease of the first is over',
      LEASE_MS
    )
    await second.call('POST', '/api/sms/send', request)

    assert.equal(tokenRequests(), 2)
    assert.lengthOf(sandbox.messages, 2)
    assert.deepEqual(
      attempts(path).map(({ outcomes }) => outcomes),
      [0, 1]
    )
    await second.stop()
  })
})

/** The requests for a token that the trail holds, and how many outcomes each has. */
function attempts(path: string): { outcomes: number }[] {
  const database = new Database(path, { readonly: true })
  try {
    return database
      .prepare<[], { outcomes: number }>(
        `select (select count(*) from audit_events as outcome
                  where outcome.attempt_id = request.attempt_id
                    and outcome.event_type <> request.event_type) as outcomes
           from audit_events as request
          where event_type = 'auth.token.requested' order by seq`
      )
      .all()
  } finally {
    database.close()
  }
}
