import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { eventually } from '#tests/helpers/eventually'
import { bearerOf, signInPlace } from '#tests/helpers/sign_in_engine'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

const [sqlite] = databasesOf('oauth')
const WHO = { provider: 'people' }

/** A gate that a test opens. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

/** A provider that keeps refresh tokens as they are, and says in each token whose it is. */
async function setUp(context: TestContext) {
  const state = {
    /** Who signs in next. */
    person: 'ada',

    /** Before it answers to a refresh token. */
    before: async () => {},

    /** In place of a token for a refresh token. */
    answer: undefined as TokenServerAnswer | undefined,
    issued: 0,
  }
  const issue = (person: unknown, more: object = {}) => ({
    body: {
      access_token: `${person}-${++state.issued}`,
      token_type: 'Bearer',
      expires_in: 3600,
      ...more,
    },
  })
  const server = await startTokenServer(context, async ({ path, members }) => {
    if (path === '/revoke') return {}
    if (members.grant_type === 'authorization_code') {
      return issue(state.person, { refresh_token: state.person })
    }
    await state.before()
    return state.answer ?? issue(members.refresh_token)
  })
  const place = await signInPlace(context, sqlite, {
    grant: grants.refreshToken(),
    credentials: new ConfigCredentials(
      { clientId: 'me', clientSecret: new Secret('canary') },
      { acme: { clientId: 'acme', clientSecret: new Secret('canary') } }
    ),
    endpoint: { url: `${server.url}/token`, clientAuthentication: 'post' },
    signIn: { authorizationEndpoint: `${server.url}/authorize` },
    revocation: { url: `${server.url}/revoke` },
  })
  const gateway = await place.start()

  /** Somebody signs in, from the first page to the last. */
  async function signIn(person: string, tenant?: string) {
    state.person = person
    const { url } = await gateway.browser.begin({ ...WHO, tenant }, { cause: {} })
    const back = { code: 'a-code', state: url.searchParams.get('state')! }
    return gateway.browser.complete('people', new URLSearchParams(back), {})
  }
  return { ...server, state, gateway, place, signIn }
}

test.group('An account that changes hands', () => {
  test('is not the old one any more after somebody else has signed in, even while no token can be had', async (context) => {
    const { assert } = context
    const { state, gateway, signIn } = await setUp(context)
    await signIn('ada')
    assert.match(bearerOf(await gateway.tokens.getAccessToken()), /^ada/)

    state.answer = { status: 503 }
    const { reason } = await signIn('bob')
    assert.equal(reason, 'http_503')

    const served = await gateway.tokens.getAccessToken().then(bearerOf, () => 'nothing')
    assert.notMatch(served, /^ada/)
  })

  test('is not the old one when a renewal was in the air while somebody else signed in', async (context) => {
    const { assert } = context
    const { state, gateway, requests, signIn } = await setUp(context)
    await signIn('ada')
    const asked = requests.length
    const { open, opened } = gate()
    state.before = () => opened
    const renewal = gateway.tokens.refreshToken()
    await eventually(() => requests.length === asked + 1, 'the renewal is in the air')

    const signingIn = signIn('bob')
    const signedIn = async () => {
      const kept = await gateway.refreshTokens.find(WHO)
      return kept!.refreshToken.release() === 'bob'
    }
    while (!(await signedIn())) await new Promise((resolve) => setImmediate(resolve))
    open()
    await Promise.allSettled([signingIn, renewal])

    assert.match(bearerOf(await gateway.tokens.getAccessToken()), /^bob/)
  })

  test('is nobody any more after signing out, also when a renewal was in the air', async (context) => {
    const { assert } = context
    const { state, gateway, requests, signIn } = await setUp(context)
    await signIn('ada')
    const asked = requests.length
    const { open, opened } = gate()
    state.before = () => opened
    const renewal = gateway.tokens.refreshToken()
    await eventually(() => requests.length === asked + 1, 'the renewal is in the air')

    await gateway.signOut.run(WHO, {})
    open()
    await Promise.allSettled([renewal])

    await assert.rejects(() => gateway.tokens.getAccessToken(), /sign_in_required/)
  })

  test('has tokens as soon as the provider gives some, although nobody was signed in a moment ago', async (context) => {
    const { assert } = context
    const { state, gateway, signIn } = await setUp(context)
    await assert.rejects(() => gateway.tokens.getAccessToken(), /sign_in_required/)
    state.answer = { status: 503 }
    await signIn('ada')
    state.answer = undefined
    assert.match(bearerOf(await gateway.tokens.getAccessToken()), /^ada/)
  })

  test('is given up at the provider too, even when the trail fails on the way', async (context) => {
    const { assert } = context
    const { gateway, requests, signIn } = await setUp(context)
    await signIn('ada')
    const { recorder } = gateway
    const record = recorder.record.bind(recorder)
    recorder.record = async (event, trx) => {
      await record(event, trx)
      recorder.fail()
    }

    await gateway.signOut.run(WHO, {}).catch(() => {})
    recorder.record = record
    recorder.fail(false)
    await gateway.signOut.run(WHO, {}).catch(() => {})

    const revoked = requests.filter(({ path }) => path === '/revoke')
    assert.deepEqual(
      revoked.map(({ members }) => members.token),
      ['ada']
    )
  })
})

test.group('Signing in through the client of a tenant', () => {
  test('sends nothing for a tenant that is switched off', async (context) => {
    const { assert } = context
    const { gateway, requests, signIn } = await setUp(context)
    await gateway.manager.disable('people', 'acme', {})
    await assert.rejects(() => signIn('ada', 'acme'))
    assert.lengthOf(requests, 0)
    assert.isNull(await gateway.refreshTokens.find({ ...WHO, tenant: 'acme' }))
  })

  test('signing out sends nothing for a tenant that is switched off', async (context) => {
    const { assert } = context
    const { gateway, requests, signIn } = await setUp(context)
    await signIn('ada', 'acme')
    const asked = requests.length
    await gateway.manager.disable('people', 'acme', {})
    await gateway.signOut.run({ ...WHO, tenant: 'acme' }, {})
    assert.lengthOf(requests, asked)
  })
})
