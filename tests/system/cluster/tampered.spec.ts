import { test } from '@japa/runner'
import { startCluster, type Cluster } from '#tests/helpers/cluster'
import { placesFor } from '#tests/helpers/cluster_places'
import type { GatewayProcess } from '#tests/helpers/gateway_process'
import { storedRows } from '#tests/helpers/stored_rows'

type Tampering = (record: string, other: string) => string

const sealedOf = (record: string): string => JSON.parse(record).accessToken
const withSealed = (record: string, accessToken: string) =>
  JSON.stringify({ ...JSON.parse(record), accessToken })

function flipped(sealed: string): string {
  const middle = Math.floor(sealed.length / 2)
  return sealed.slice(0, middle) + (sealed[middle] === 'A' ? 'B' : 'A') + sealed.slice(middle + 1)
}

const TAMPERINGS: { what: string; tamper: Tampering; event: string }[] = [
  {
    what: 'the sealed token of another row',
    tamper: (record, other) => withSealed(record, sealedOf(other)),
    event: 'crypto.decrypt_failed',
  },
  { what: 'all of another row', tamper: (_, other) => other, event: 'crypto.decrypt_failed' },
  {
    what: 'a sealed token that was cut',
    tamper: (record) => withSealed(record, sealedOf(record).slice(0, -12)),
    event: 'crypto.decrypt_failed',
  },
  {
    what: 'a sealed token with a changed bit',
    tamper: (record) => withSealed(record, flipped(sealedOf(record))),
    event: 'crypto.decrypt_failed',
  },
  {
    what: 'a sealed token of a key that nobody has',
    tamper: (record) => withSealed(record, sealedOf(record).replace(/^[^.]+/, 'app-00000000')),
    event: 'crypto.decrypt_failed',
  },
  {
    what: 'half of a row',
    tamper: (record) => record.slice(0, record.length / 2),
    event: 'store.token.corrupt',
  },
]

for (const { name, server, variables } of await placesFor('stored tokens that are changed')) {
  test.group(`Somebody changes stored tokens | ${name}`, (group) => {
    group.tap((one) => one.timeout(170_000))

    test('whatever they put there is refused and told of, and a new token takes its place', async (context) => {
      const { assert } = context
      const cluster = await startCluster(context, {
        server,
        size: 1,
        variables: await variables(context),
      })
      const [gateway] = cluster.gateways
      const rows = storedRows(cluster)
      assert.equal(await cluster.send(gateway), 201)
      const [key] = [...(await rows.read()).keys()]
      const other = await otherRow(cluster, key)

      const told: Told[] = []

      for (const [at, { what, tamper, event }] of TAMPERINGS.entries()) {
        const stored = await rows.read()
        await rows.write(key, tamper(stored.get(key)!, stored.get(other)!))

        assert.equal(await refresh(cluster, gateway), 200, what)
        told.push({ event, key })
        assert.deepEqual(await toldOf(cluster), told, what)
        assert.equal(await cluster.send(gateway), 201, what)
        assert.equal(cluster.tokenRequests(), 3 + at, what)
      }
      await gateway.stop()
      const stored = (await rows.read()).get(key)!
      await rows.write(key, withSealed(stored, flipped(sealedOf(stored))))
      assert.equal(await cluster.send(await cluster.join()), 201)
      told.push({ event: 'crypto.decrypt_failed', key })
      assert.deepEqual(await toldOf(cluster), told)
      assert.equal(cluster.tokenRequests(), 3 + TAMPERINGS.length, 'found at the start')
      assert.equal(await cluster.send(await cluster.join()), 201)
      assert.equal(cluster.tokenRequests(), 3 + TAMPERINGS.length, 'the new one is shared')
    })
  })
}

/** Brought by a gateway that wants another scope. */
async function otherRow(cluster: Cluster, key: string): Promise<string> {
  const gateway = await cluster.join({ ORANGE_OAUTH_SCOPE: 'other' })
  const status = await cluster.send(gateway)
  await gateway.stop()

  const keys = [...(await storedRows(cluster).read()).keys()].filter((each) => each !== key)
  if (status !== 201 || keys.length !== 1) throw new Error(`${status}, ${keys.length} other rows`)
  return keys[0]
}

async function refresh({ bearers }: Cluster, gateway: GatewayProcess): Promise<number> {
  const body = { reason: 'a test' }
  const { status } = await gateway.call('POST', '/api/oauth/refresh', {
    bearer: bearers.admin,
    body,
  })
  return status
}

interface Told {
  event: unknown
  key: unknown
}

/** What the trail says of rows that could not be read. */
async function toldOf({ database }: Cluster): Promise<Told[]> {
  const rows = await database.query(
    `select event_type as event, body from audit_events
      where event_type in ('crypto.decrypt_failed', 'store.token.corrupt') order by seq`
  )
  return rows.map(({ event, body }) => ({ event, key: JSON.parse(body as string).details.key }))
}
