import { test } from '@japa/runner'
import { startCluster } from '#tests/helpers/cluster'
import { placesFor } from '#tests/helpers/cluster_places'
import { eventually } from '#tests/helpers/eventually'

for (const { name, server, variables } of await placesFor('pauses that gateways share')) {
  test.group(`What one gateway is told, all obey | ${name}`, (group) => {
    group.tap((one) => one.timeout(170_000))

    test('"too many requests" is heard once, and so is its end', async (context) => {
      const { assert } = context
      const cluster = await startCluster(context, { server, variables: await variables(context) })
      const { sandbox, gateways, bearers } = cluster

      sandbox.fault({
        on: 'token',
        kind: 'answer',
        status: 429,
        headers: { 'Retry-After': '240' },
        body: JSON.stringify({ code: 53, message: 'Too many requests' }),
      })
      assert.deepEqual(await cluster.burst(100), { 503: 100 })
      assert.equal(cluster.tokenRequests(), 1)

      const { status } = await gateways[1].call('POST', '/api/oauth/refresh', {
        bearer: bearers.admin,
        body: { reason: 'Orange lets us ask again' },
      })
      assert.equal(status, 200)
      await eventually(async () => {
        const statuses = await cluster.burst(8)
        return statuses[201] === 8
      }, 'all send again')
      assert.equal(cluster.tokenRequests(), 2)
    })
  })
}
