import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { eventually } from '#tests/helpers/eventually'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { ManualClock } from '#tests/helpers/manual_clock'
import { signInPlace } from '#tests/helpers/sign_in_engine'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

const GOOD = { body: { access_token: 'of-acme', token_type: 'Bearer', expires_in: 3600 } }
const client = (name: string) => ({ clientId: name, clientSecret: new Secret('canary') })

/** A token request for a tenant that is in the air until it is answered. */
async function setUp(context: TestContext) {
  const waiting: ((answer: TokenServerAnswer) => void)[] = []
  let later = false
  const server = await startTokenServer(context, () => {
    if (later) return GOOD
    later = true
    return new Promise<TokenServerAnswer>((resolve) => waiting.push(resolve))
  })
  const { manager, clock } = startProviderEngine(context, {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials(client('me'), { acme: client('acme') }),
    endpoint: { url: server.url, clientAuthentication: 'post' },
  })
  const tokens = manager.use('tested', { tenant: 'acme' })
  const asked = tokens.refreshToken().catch(() => {})
  await eventually(() => waiting.length === 1, 'the request is in the air')

  return {
    ...server,
    clock,
    manager,
    tokens,
    async answer(answer: TokenServerAnswer) {
      waiting.shift()!(answer)
      await asked
    },
  }
}

test.group('A tenant that is switched off while a token request is in the air', () => {
  test('stays switched off when that request fails', async (context) => {
    const { assert } = context
    const { manager, tokens, answer, clock, requests } = await setUp(context)
    await manager.disable('tested', 'acme', {})
    await answer({ status: 503 })
    await clock.advance(60 * 60_000)

    const outcome = tokens.getAccessToken().catch((error: unknown) => error)
    await Promise.race([outcome, eventually(() => requests.length > 1, 'it is asked again')])

    assert.lengthOf(requests, 1)
  })

  test('is served no token that the request brings', async (context) => {
    const { assert } = context
    const { manager, tokens, answer } = await setUp(context)
    await manager.disable('tested', 'acme', {})
    await answer(GOOD)
    await assert.rejects(() => tokens.getAccessToken(), /switched off/)
  })

  test('stays switched off when another process succeeds meanwhile', async (context) => {
    const { assert } = context
    const answers: (() => TokenServerAnswer | Promise<TokenServerAnswer>)[] = []
    const server = await startTokenServer(context, () => answers.shift()?.() ?? GOOD)
    const [sqlite] = databasesOf('oauth')
    const place = await signInPlace(context, sqlite, {
      grant: grants.clientCredentials(),
      credentials: new ConfigCredentials(client('me'), { acme: client('acme') }),
      endpoint: { url: server.url, clientAuthentication: 'post' },
    })
    const clock = new ManualClock()
    const one = await place.start({ clock })
    const other = await place.start({ clock })

    answers.push(() => ({ status: 503 }))
    const tokens = one.manager.use('people', { tenant: 'acme' })
    await assert.rejects(() => tokens.refreshToken())
    answers.push(async () => {
      await other.manager.disable('people', 'acme', {})
      return GOOD
    })
    await tokens.refreshToken().catch(() => {})
    assert.lengthOf(server.requests, 2)

    const third = await place.start({ clock })
    const later = third.manager.use('people', { tenant: 'acme' })
    await assert.rejects(() => later.refreshToken(), /switched off/)
  })
})
