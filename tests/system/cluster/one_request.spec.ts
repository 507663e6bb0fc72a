import { test } from '@japa/runner'
import { startCluster, type Cluster } from '#tests/helpers/cluster'
import { eventually } from '#tests/helpers/eventually'
import { placesFor } from '#tests/helpers/cluster_places'

for (const { name, server, variables } of await placesFor('four gateways that share one token')) {
  test.group(`Four gateways, one token | ${name}`, (group) => {
    group.tap((one) => one.timeout(170_000))

    test('1,000 callers at once cost one token request: cold, refused, cleared, and after a restart', async (context) => {
      const { assert } = context
      const cluster = await startCluster(context, { server, variables: await variables(context) })
      const { sandbox, gateways } = cluster

      assert.deepEqual(await cluster.burst(1_000), { 201: 1_000 })
      assert.equal(cluster.tokenRequests(), 1, 'cold')

      sandbox.revokeTokens()
      assert.deepEqual(await cluster.burst(1_000), { 201: 1_000 })
      assert.equal(cluster.tokenRequests(), 2, 'after Orange refused the token everywhere')

      await clear(cluster)
      assert.deepEqual(await cluster.burst(1_000), { 201: 1_000 })
      assert.equal(cluster.tokenRequests(), 3, 'after it was cleared on one of them')
      await everyoneHolds(cluster)

      await gateways[0].stop()
      await gateways[1].kill()
      const [third, fourth] = [await cluster.join(), await cluster.join()]
      assert.deepEqual([await cluster.send(third), await cluster.send(fourth)], [201, 201])
      assert.equal(cluster.tokenRequests(), 3, 'after two were started anew')
    })

    test('a token that becomes due is renewed once, while everybody sends', async (context) => {
      const { assert } = context
      // So short that it is not kept warm: nobody renews before somebody sends.
      const sandbox = { tokenLifeSeconds: 30 }
      const cluster = await startCluster(context, {
        server,
        variables: await variables(context),
        sandbox,
      })
      assert.deepEqual(await cluster.burst(40), { 201: 40 })
      await everyoneHolds(cluster)
      assert.equal(cluster.tokenRequests(), 1)

      await eventually(
        async () => {
          const tokens = await tokensHeld(cluster)
          return tokens.every(({ state }) => state === 'due')
        },
        'the token is due',
        40_000
      )
      assert.deepEqual(await cluster.burst(1_000), { 201: 1_000 })
      await everyoneHolds(cluster)
      assert.equal(cluster.tokenRequests(), 2)
    })
  })
}

/** On one gateway; the others learn of it. */
async function clear({ gateways: [first], bearers }: Cluster): Promise<void> {
  const { status } = await first.call('DELETE', '/api/oauth/token?reason=a+test', {
    bearer: bearers.admin,
  })
  if (status !== 204) throw new Error(`The token was not cleared: ${status}`)
}

/** Within five seconds no gateway holds a token of before. */
async function everyoneHolds(cluster: Cluster): Promise<void> {
  await eventually(async () => {
    const tokens = await tokensHeld(cluster)
    return new Set(tokens.map(({ issuedAt }) => issuedAt)).size === 1
  }, 'all hold the same token')
}

async function tokensHeld({ gateways, bearers }: Cluster) {
  return Promise.all(
    gateways.map(async (gateway) => {
      const { json } = await gateway.call('GET', '/api/oauth/health', { bearer: bearers.admin })
      return (json.details as { tokenInfo: { issuedAt: string; state: string } }).tokenInfo
    })
  )
}
