import { randomBytes } from 'node:crypto'
import Database from 'better-sqlite3'
import { test } from '@japa/runner'
import { startCluster } from '#tests/helpers/cluster'
import type { GatewayProcess } from '#tests/helpers/gateway_process'
import { Canary } from '#tests/helpers/leaks/canary'
import { Exerciser } from '#tests/helpers/leaks/exercise'
import { findLeaks, type Sink } from '#tests/helpers/leaks/find_leaks'
import { postgresSinks } from '#tests/helpers/leaks/postgres_sinks'
import { redisSinks } from '#tests/helpers/leaks/redis_sinks'
import { canariesOf, secrets } from '#tests/helpers/leaks/secrets'
import { sqliteSinks } from '#tests/helpers/leaks/sqlite_sinks'
import { findPostgresPrograms } from '#tests/helpers/postgres_cluster'
import { findPostgres } from '#tests/helpers/postgres_database'
import { canStartRedis, redisServer } from '#tests/helpers/redis_server'
import { sqliteGateway } from '#tests/helpers/sqlite_gateway'
import type { OrangeSandbox } from '#orange/sandbox/orange_sandbox'

const WHAT = 'the search for secrets at rest'
const server = await findPostgres(WHAT)
const programs = findPostgresPrograms(WHAT)
const withRedis = canStartRedis(`${WHAT}, in Redis`)

/** A stored token, sealed. */
const SEALED = /2026a-[0-9a-f]{8}\./

function setUp() {
  const known = secrets()
  const { clientId, clientSecret } = known
  const tokenKey = randomBytes(32)

  return {
    known,
    sandbox: { clientId, clientSecret },
    variables: {
      APP_KEY: known.appKey,
      AUDIT_SIGNING_KEY: known.signingSeed.toString('base64'),
      TOKEN_ENCRYPTION_KEYS: `2026a:${tokenKey.toString('base64')}`,
    },
    canaries: (bearers: { sender: string; admin: string }) => [
      new Canary('token key', tokenKey),
      ...canariesOf(known, Object.values(bearers)),
    ],
  }
}

interface Used extends Pick<ReturnType<typeof setUp>, 'known'> {
  sandbox: OrangeSandbox
  bearers: { sender: string; admin: string }
}

/** Tokens come, are sent, renewed, refused and cleared; the last one stays. */
async function use({ call }: GatewayProcess, { known, sandbox, bearers }: Used): Promise<void> {
  const exerciser = new Exerciser({ known, sandbox, call, ...bearers })
  await exerciser.sends()
  await exerciser.goodTokens()
}

const textOf = (sinks: Sink[]) => sinks.map(({ content }) => content.toString('latin1')).join('\n')

test.group('What is kept of tokens can be read by nobody', (group) => {
  group.tap((one) => one.timeout(170_000))

  test('in the files of SQLite', async (context) => {
    const { assert } = context
    const { known, variables, sandbox, canaries } = setUp()
    const { start, path, ...rest } = await sqliteGateway(context, { variables, sandbox })
    const gateway = await start()
    await use(gateway, { known, ...rest })

    const secret = canaries(rest.bearers)
    assert.match(textOf(sqliteSinks(path)), SEALED)
    assert.deepEqual(findLeaks(secret, sqliteSinks(path)), [])
    await gateway.stop()
    assert.deepEqual(findLeaks(secret, sqliteSinks(path)), [], 'after the end')

    const database = new Database(path)
    database.prepare('INSERT INTO locks (key, owner) VALUES (?, 1)').run(known.tokens[0])
    database.close()
    assert.include(findLeaks(secret, sqliteSinks(path)), 'token 0 (whole, raw) in the rows')
  })

  if (!server || !programs) return

  test('in a dump and the files of PostgreSQL, or in the file of Redis', async (context) => {
    const { assert } = context
    const { known, variables, sandbox, canaries } = setUp()
    const cluster = await startCluster(context, { server, size: 1, variables, sandbox })
    const { database, bearers } = cluster
    await use(cluster.gateways[0], { known, ...cluster })

    const secret = canaries(bearers)
    const kept = await postgresSinks(database, programs)
    assert.match(textOf(kept), SEALED)
    assert.deepEqual(findLeaks(secret, kept), [])

    if (!withRedis) return
    const redis = await redisServer(context)
    const shared = { OAUTH_TOKEN_STORE: 'redis', REDIS_URL: redis.url.href }
    await use(await cluster.join(shared), { known, ...cluster })
    const keptInRedis = await redisSinks(redis)
    assert.match(textOf(keptInRedis), SEALED)
    assert.deepEqual(findLeaks(secret, keptInRedis), [])

    await redis.run('SET', 'planted', known.tokens[0])
    await database.query(`insert into locks (key, owner) values ($1, '1')`, [known.tokens[0]])
    const found = findLeaks(secret, [
      ...(await redisSinks(redis)),
      ...(await postgresSinks(database, programs)),
    ])
    for (const place of ['the file of Redis', 'the dump', 'the file of locks'])
      assert.include(found, `token 0 (whole, raw) in ${place}`)
  })
})
