import { test } from '@japa/runner'
import { Client } from 'pg'
import { projectWithProviders } from '#tests/helpers/boot/project_copy'
import { countedSandbox } from '#tests/helpers/counted_sandbox'
import { eventually } from '#tests/helpers/eventually'
import {
  command,
  gatewayVariables,
  startGatewayProcess,
  userToken,
  type GatewayProcess,
} from '#tests/helpers/gateway_process'
import { findPostgres, postgresDatabase } from '#tests/helpers/postgres_database'
import { startStrictServer } from '#tests/helpers/strict_refresh_server'

const server = await findPostgres('a gateway that is killed with a new refresh token')

/** Longer than the turn of a killed process at spending lasts. */
const LONGER_THAN_A_TURN_MS = 40_000

const entryOf = (url: string) => `
    people: {
      grant: grants.refreshToken(),
      credentials: credentials.config({ clientId: 'me', clientSecret: new Secret('my-secret-of-tests') }),
      endpoint: { url: '${url}/token', clientAuthentication: 'basic' },
      signIn: { authorizationEndpoint: '${url}/authorize' },
    },`

const PROBE = '/api/oauth/health?provider=people&probe=true'

test.group('A gateway is killed', (group) => {
  group.tap((one) => one.timeout(170_000))
  if (!server) return

  test('after it was given a new refresh token, before it could use what came with it: nothing is lost', async (context) => {
    const { assert } = context
    const database = await postgresDatabase(context, server)
    const strict = await startStrictServer(context)
    const { sandbox } = await countedSandbox(context)
    const { path: cwd } = await projectWithProviders(context, entryOf(strict.url))
    const variables = await gatewayVariables(sandbox, {
      DB_CONNECTION: 'postgres',
      DATABASE_URL: database.url.href,
      OAUTH_TOKEN_STORE: 'database',
    })
    await command(variables, 'migration:run', '--force')
    const bearer = await userToken(variables, 'admin')

    const first = await startGatewayProcess(variables, { cwd })
    await signIn(first, bearer)
    await first.call('DELETE', '/api/oauth/token?provider=people', { bearer })
    const before = strict.state.spent

    // Whoever has a token cannot store it, and so not use it.
    const blocker = await connected(database.url)
    context.cleanup(() => blocker.end())
    strict.state.before = async () => {
      await blocker.query('BEGIN; LOCK TABLE oauth_tokens IN ACCESS EXCLUSIVE MODE')
      strict.state.before = async () => {}
    }
    first.call('GET', PROBE, { bearer }).catch(() => 'killed')
    const sequence = async () => {
      const [row] = await database.query('SELECT sequence FROM oauth_refresh_tokens')
      return Number(row.sequence)
    }
    const known = await sequence()
    await eventually(async () => (await sequence()) > known, 'the new refresh token is stored')
    await first.kill()
    // The database would finish what nobody waits for any more.
    await database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    await blocker.query('ROLLBACK')

    const second = await startGatewayProcess(variables, { cwd })
    await eventually(
      async () => {
        const { text } = await second.call('GET', PROBE, { bearer })
        return text.includes('"authenticated":true')
      },
      'the next gateway has a token',
      LONGER_THAN_A_TURN_MS
    )

    assert.isFalse(strict.state.revoked, 'no refresh token was used twice')
    assert.equal(strict.state.spent, before + 2)
  })
})

async function signIn({ url }: GatewayProcess, bearer: string): Promise<void> {
  const sent = await fetch(`${url}/oauth/people/authorize`, {
    redirect: 'manual',
    headers: { authorization: `Bearer ${bearer}` },
  })
  const { searchParams } = new URL(sent.headers.get('location')!)
  const answer = new URLSearchParams({ code: 'a-code', state: searchParams.get('state')! })
  const back = await fetch(`${searchParams.get('redirect_uri')}?${answer}`)
  if (back.status !== 200) throw new Error(`Nobody is signed in: ${await back.text()}`)
}

async function connected(url: URL): Promise<Client> {
  const client = new Client({ connectionString: url.href })
  client.on('error', () => {})
  await client.connect()
  return client
}
