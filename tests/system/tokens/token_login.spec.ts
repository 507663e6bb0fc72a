import { randomBytes } from 'node:crypto'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { GATEWAY, SCOPE, startPeopleServer } from '#tests/functional/oidc/people_server'
import { ace } from '#tests/helpers/ace_process'
import { projectWithProviders } from '#tests/helpers/boot/project_copy'
import { Browser } from '#tests/helpers/browser'
import { commandDatabase } from '#tests/helpers/command_database'
import { freePort } from '#bin/free_port'

const entryOf = (issuer: string) => `
    people: {
      grant: grants.refreshToken(),
      credentials: credentials.config({
        clientId: ${JSON.stringify(GATEWAY.id)},
        clientSecret: new Secret(${JSON.stringify(GATEWAY.secret)}),
      }),
      issuer: ${JSON.stringify(issuer)},
      endpoint: { clientAuthentication: 'basic' },
      scope: ${JSON.stringify(SCOPE)},
      signIn: { parameters: { prompt: 'consent' } },
    },`

/** A project with one more entry in config/oauth.ts, and the certified server that it names. */
async function setUp(context: TestContext) {
  const port = await freePort()
  const server = await startPeopleServer(context, {
    redirectUris: [`http://127.0.0.1:${port}/callback`],
  })
  const { path: cwd } = await projectWithProviders(context, entryOf(server.issuer))
  const database = await commandDatabase()
  context.cleanup(() => database.remove())

  const env = {
    ...database.env,
    APP_KEY: randomBytes(32).toString('hex'),
    OAUTH_TOKEN_STORE: 'database',
  }
  return {
    server,
    database,
    port,

    /** @param opened told of every address that is printed, once */
    run(words: string[], opened: (address: string) => Promise<unknown> = async () => {}) {
      const known = new Set<string>()
      let heard = ''
      return ace([...words, '--json'], {
        env,
        cwd,
        heard(text) {
          heard += text
          for (const [address] of heard.matchAll(/http:\/\/\S+(?=\n)/g)) {
            if (known.has(address)) continue
            known.add(address)
            void opened(address)
          }
        },
      })
    },
  }
}

const EVENTS =
  "SELECT event_type AS type FROM audit_events WHERE event_type LIKE 'auth.sign_in.%' ORDER BY seq"

test.group('token:login', (group) => {
  group.tap((one) => one.timeout(120_000))

  test('signs in by a browser on this machine, and other commands have the tokens', async (context) => {
    const { assert } = context
    const { run, server, database, port } = await setUp(context)

    const signedIn = await run(
      ['token:login', 'people', '--browser', `--port=${port}`],
      (address) => follow(address)
    )

    assert.equal(signedIn.exitCode, 0, signedIn.stderr)
    const { data } = JSON.parse(signedIn.stdout)
    assert.containsSubset(data, { provider: 'people', tokenInfo: { state: 'fresh' }, reason: null })
    assert.deepEqual(server.grantTypes, ['authorization_code', 'refresh_token'])
    assert.deepEqual(server.serverErrors, [])

    const renewed = await run(['token:refresh', '--provider=people', '--reason=a test'])
    assert.equal(renewed.exitCode, 0, renewed.stderr)
    assert.lengthOf(server.grantTypes, 3)
    assert.deepEqual(server.revokedGrants, [])

    const out = await run(['token:logout', 'people', '--reason=a test'])
    assert.equal(out.exitCode, 0, out.stderr)
    assert.lengthOf(server.revokedGrants, 1)
    const after = await run(['token:refresh', '--provider=people', '--reason=a test'])
    assert.equal(after.exitCode, 1)
    assert.deepEqual(
      database.rows(EVENTS).map(({ type }) => type),
      ['auth.sign_in.started', 'auth.sign_in.completed', 'auth.sign_in.ended']
    )
  })

  test('signs in with a code where the provider takes one', async (context) => {
    const { assert } = context
    const { run, server } = await setUp(context)

    const signedIn = await run(['token:login', 'people'], (address) =>
      address.includes('user_code') ? enter(address) : Promise.resolve()
    )

    assert.equal(signedIn.exitCode, 0, signedIn.stderr)
    assert.equal(server.grantTypes.at(-1), 'refresh_token')
    assert.match(signedIn.stderr, /Open http:\S+ and enter [A-Z]{4}-[A-Z]{4}, until 20/)
  })

  test('is of no use where nobody signs in, and says so', async (context) => {
    const { assert } = context
    const { run } = await setUp(context)
    const { exitCode, stdout } = await run(['token:login', 'orange'])
    assert.equal(exitCode, 1)
    assert.equal(JSON.parse(stdout).error.code, 'sign_in_not_offered')
  })
})

/** A browser goes there and comes back to wherever it is sent. */
async function follow(address: string): Promise<void> {
  const { next } = await new Browser().visit(address)
  if (next) await fetch(next)
}

async function enter(address: string): Promise<void> {
  const browser = new Browser()
  let { page } = await browser.visit(address)
  while (page.includes('<form')) ({ page } = await browser.submit(page, address))
}
