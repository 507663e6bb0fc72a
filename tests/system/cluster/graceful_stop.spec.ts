import { test } from '@japa/runner'
import { startCluster } from '#tests/helpers/cluster'
import { placesFor } from '#tests/helpers/cluster_places'
import { eventually } from '#tests/helpers/eventually'

for (const { name, server, variables } of await placesFor('gateways that stop while they ask')) {
  test.group(`Told to stop in the middle of its token request | ${name}`, (group) => {
    group.tap((one) => one.timeout(120_000))

    test('a gateway answers its caller, gives its lease back, and the next one finds the token', async (context) => {
      const { assert } = context
      const cluster = await startCluster(context, {
        server,
        size: 1,
        variables: await variables(context),
      })
      const { sandbox, gateways, database } = cluster

      sandbox.fault({ on: 'token', kind: 'delay', delayMs: 2_000 })
      const sent = cluster.send(gateways[0])
      await eventually(() => sandbox.faults.length === 0, 'the token request arrives')
      assert.equal(await gateways[0].stop(), 0, gateways[0].output())
      assert.equal(await sent, 201)
      assert.isEmpty(await database.query('select * from locks'))

      const next = await cluster.join()
      assert.equal(await cluster.send(next), 201)
      assert.equal(cluster.tokenRequests(), 1)
    })
  })
}
