import { randomBytes } from 'node:crypto'
import { test } from '@japa/runner'
import { freePort } from '#bin/free_port'
import type { Variables } from '#tests/helpers/boot/production'
import { startCluster, type Cluster } from '#tests/helpers/cluster'
import { placesFor } from '#tests/helpers/cluster_places'
import { command, launchGateway } from '#tests/helpers/gateway_process'
import { sendSteadily } from '#tests/helpers/steady_sending'

const [OLD, NEW] = ['2026a', '2026b'].map((name) => `${name}:${randomBytes(32).toString('base64')}`)

const keys = (...generations: string[]) => ({ TOKEN_ENCRYPTION_KEYS: generations.join(',') })

/** One place is enough: what a row is sealed with is no concern of the store. */
const place = (await placesFor('keys that are changed')).at(-1)

if (place) {
  const { name, server, variables } = place

  test.group(`Keys are changed while SMS are sent | ${name}`, (group) => {
    group.tap((one) => one.timeout(170_000))

    test('step by step: nothing fails, no token is asked for, and the old key is needed no more', async (context) => {
      const { assert } = context
      const cluster = await startCluster(context, {
        server,
        size: 2,
        variables: { ...(await variables(context)), ...keys(OLD) },
      })
      assert.deepEqual(await cluster.burst(10), { 201: 10 })
      const sending = sendSteadily(cluster)

      await restartAll(cluster, keys(OLD, NEW))
      await restartAll(cluster, keys(NEW, OLD))

      const refused = await startWith(cluster, keys(NEW))
      assert.equal(refused.exitCode, 1)
      assert.match(refused.output, /does not start: .*not configured: 2026a-[0-9a-f]{8} \(1\)/)
      for (const entry of [OLD, NEW]) assert.notInclude(refused.output, entry.split(':')[1])

      assert.deepEqual(await rotate(cluster, keys(NEW, OLD)), {
        resealed: 1,
        current: 0,
        unreadable: 0,
        discarded: 0,
      })
      await restartAll(cluster, keys(NEW))

      const outcomes = await sending.end()
      assert.deepEqual(Object.keys(outcomes), ['201'], JSON.stringify(outcomes))
      assert.isAbove(outcomes[201], 50)
      assert.deepEqual(await cluster.burst(10), { 201: 10 })
      assert.equal(cluster.tokenRequests(), 1)
    })
  })
}

/** One after the other, each out of service before it stops and back when it answers. */
async function restartAll(cluster: Cluster, variables: Variables): Promise<void> {
  for (let left = cluster.gateways.length; left > 0; left--) {
    const gateway = cluster.gateways.shift()!
    const exitCode = await gateway.stop()
    if (exitCode !== 0) throw new Error(`It ended with ${exitCode}: ${gateway.output()}`)
    await cluster.join(variables)
  }
}

/** A gateway that is not expected to start. */
async function startWith({ variables }: Cluster, more: Variables) {
  const gateway = await launchGateway({ ...variables, ...more, PORT: String(await freePort()) })
  return { exitCode: await gateway.ended, output: gateway.output() }
}

async function rotate({ variables }: Cluster, more: Variables): Promise<unknown> {
  return JSON.parse(await command({ ...variables, ...more }, 'token:rotate-keys', '--json')).data
}
