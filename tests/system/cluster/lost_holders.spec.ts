import { test } from '@japa/runner'
import { startCluster, type Cluster } from '#tests/helpers/cluster'
import { placesFor } from '#tests/helpers/cluster_places'
import { eventually } from '#tests/helpers/eventually'

const SHORT_OF_A_LEASE_MS = 25_000

for (const { name, server, variables } of await placesFor('gateways that stop while they ask')) {
  test.group(`Whoever asks for the token stops | ${name}`, (group) => {
    group.tap((one) => one.timeout(170_000))

    test('killed in the middle of its call: another one asks within the lease, and once', async (context) => {
      const { assert } = context
      const cluster = await startCluster(context, {
        server,
        size: 3,
        variables: await variables(context),
      })
      const { sandbox, gateways } = cluster

      sandbox.fault({ on: 'token', kind: 'hang', accepted: true })
      const lost = cluster.send(gateways[0]).catch(() => 'lost')
      await eventually(() => sandbox.faults.length === 0, 'the token request arrives')
      await gateways[0].kill()
      assert.equal(await lost, 'lost')

      const [, second, third] = gateways
      await eventually(
        async () => {
          const statuses = await Promise.all([cluster.send(second), cluster.send(third)])
          assert.isEmpty(statuses.filter((status) => status !== 201 && status !== 503))
          return statuses.every((status) => status === 201)
        },
        'both others can send',
        SHORT_OF_A_LEASE_MS
      )
      assert.equal(cluster.tokenRequests(), 2)
    })

    test('frozen past its lease: another one asks, and the loss is recorded when it thaws', async (context) => {
      const { assert } = context
      const cluster = await startCluster(context, {
        server,
        size: 2,
        variables: await variables(context),
      })
      const { sandbox, gateways } = cluster
      const [frozen, other] = gateways

      sandbox.fault({ on: 'token', kind: 'delay', delayMs: 1_500 })
      const late = cluster.send(frozen)
      await eventually(() => sandbox.faults.length === 0, 'the token request arrives')
      frozen.signal('SIGSTOP')

      await eventually(
        async () => (await cluster.send(other)) === 201,
        'the other one can send',
        SHORT_OF_A_LEASE_MS
      )
      const newer = await issuedAt(cluster, 1)

      frozen.signal('SIGCONT')
      assert.include([201, 503], await late)
      assert.equal(await cluster.send(frozen), 201)
      assert.equal(await issuedAt(cluster, 0), newer)
      assert.equal(cluster.tokenRequests(), 2)
      assert.include(await recorded(cluster, 'lock.lost'), 'lease_expired')
    })
  })
}

/** When the token was issued that a gateway holds. */
async function issuedAt({ gateways, bearers }: Cluster, at: number): Promise<string> {
  const { json } = await gateways[at].call('GET', '/api/oauth/health', { bearer: bearers.admin })
  return (json.details as { tokenInfo: { issuedAt: string } }).tokenInfo.issuedAt
}

/** The reasons of all events of a type. */
async function recorded({ database }: Cluster, type: string): Promise<unknown[]> {
  const rows = await database.query(
    'select reason_code from audit_events where event_type = $1 order by seq',
    [type]
  )
  return rows.map(({ reason_code: reason }) => reason)
}
