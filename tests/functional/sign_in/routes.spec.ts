import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { callApi, startGateway } from '#tests/helpers/gateway'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { startTokenServer } from '#tests/helpers/token_server'

const GATEWAY = () => `http://127.0.0.1:${process.env.PORT}`

async function setUp(context: TestContext) {
  const server = await startTokenServer(context, () => ({
    body: {
      access_token: 'canary-a',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: 'canary-r',
    },
  }))
  const recorder = new RecordingEventRecorder()
  const gateway = await startGateway(context, {
    recorder,
    providers: {
      people: {
        grant: grants.refreshToken(),
        credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
        endpoint: { url: `${server.url}/token`, clientAuthentication: 'basic' },
        signIn: { authorizationEndpoint: `${server.url}/authorize` },
        scope: 'mail offline_access',
      },
    },
  })
  const authorize = (provider: string, bearer = gateway.bearers.admin) =>
    fetch(`${GATEWAY()}/oauth/${provider}/authorize`, {
      redirect: 'manual',
      headers: { authorization: `Bearer ${bearer}` },
    })
  return { ...server, gateway, recorder, authorize }
}

/** What the provider sends the browser back with. */
function back(location: string, change: (answer: URLSearchParams) => void = () => {}): string {
  const { searchParams: sent } = new URL(location)
  const answer = new URLSearchParams({ code: 'canary-code', state: sent.get('state')! })
  change(answer)
  return `${sent.get('redirect_uri')}?${answer}`
}

test.group('GET /oauth/:provider/authorize and callback', () => {
  test('send an administrator to the provider, take the browser back, and the gateway has a token', async (context) => {
    const { assert } = context
    const { authorize, gateway, requests, recorder, url } = await setUp(context)

    const sent = await authorize('people')
    assert.equal(sent.status, 302)
    assert.equal(sent.headers.get('cache-control'), 'no-store')
    const location = sent.headers.get('location')!
    const { data } = (await sent.json()) as { data: Record<string, string> }
    assert.equal(data.authorizationUrl, location)
    assert.isTrue(location.startsWith(`${url}/authorize?`))
    assert.equal(
      new URL(location).searchParams.get('redirect_uri'),
      `${GATEWAY()}/oauth/people/callback`
    )

    const answer = await fetch(back(location))
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type')!, /^text\/plain/)
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(await answer.text(), 'Signed in at people. You may close this window.')

    const { body } = await gateway.health('?provider=people')
    assert.containsSubset(body, {
      status: 'healthy',
      details: { signIn: { state: 'signed_in', endedBy: null } },
    })
    const listed = await gateway.call('admin', 'GET', '/api/oauth/tokens')
    assert.containSubset(listed.body.data, [
      { provider: 'people', state: 'fresh', signIn: { state: 'signed_in', expiresAt: null } },
      { provider: 'orange', signIn: null },
    ])
    assert.deepEqual(
      requests.map(({ members }) => members.grant_type),
      ['authorization_code', 'refresh_token']
    )
    const completed = recorder.events.find(({ type }) => type === 'auth.sign_in.completed')
    assert.equal(completed!.actor!.id, String(gateway.admin.id))
    assert.notInclude(JSON.stringify(recorder.events), 'canary')
  })

  test('may be undone: nobody is signed in any more, and it is recorded who said so', async (context) => {
    const { assert } = context
    const { authorize, gateway, recorder } = await setUp(context)
    const { headers } = await authorize('people')
    await fetch(back(headers.get('location')!))
    const path = '/api/oauth/people/sign-in?reason=a%20leaver'

    assert.equal((await gateway.call('sender', 'DELETE', path)).status, 403)
    assert.equal((await gateway.call('admin', 'DELETE', path)).status, 204)

    const { body } = await gateway.health('?provider=people')
    assert.containsSubset(body.details, {
      authenticated: false,
      signIn: { state: 'ended', endedBy: 'signed_out' },
    })
    const ended = recorder.events.find(({ type }) => type === 'auth.sign_in.ended')
    assert.containsSubset(ended, { comment: 'a leaver', actor: { id: String(gateway.admin.id) } })
    const orange = await gateway.call('admin', 'DELETE', '/api/oauth/orange/sign-in')
    assert.equal(orange.status, 404)
  })

  test('refuse a browser that nobody sent away, or that comes twice', async (context) => {
    const { assert } = context
    const { authorize, requests } = await setUp(context)
    const { headers } = await authorize('people')
    const location = headers.get('location')!

    const forged = await fetch(back(location, (answer) => answer.set('state', 'guessed')))
    assert.equal(forged.status, 400)
    const { code } = (await forged.json()) as { code: string }
    assert.equal(code, 'sign_in_failed')
    assert.lengthOf(requests, 0)

    assert.equal((await fetch(back(location))).status, 200)
    const asked = requests.length
    assert.equal((await fetch(back(location))).status, 400)
    assert.lengthOf(requests, asked)
  })

  test('refuse a browser that comes back to the address of another provider', async (context) => {
    const { assert } = context
    const { authorize, requests } = await setUp(context)
    const { headers } = await authorize('people')
    const elsewhere = back(headers.get('location')!).replace('/people/', '/orange/')
    assert.equal((await fetch(elsewhere)).status, 400)
    assert.lengthOf(requests, 0)
  })

  test('are for administrators, and for providers at which somebody can sign in', async (context) => {
    const { assert } = context
    const { authorize, gateway } = await setUp(context)
    assert.equal((await authorize('people', gateway.bearers.sender)).status, 403)
    assert.equal((await authorize('people', 'nobody')).status, 401)

    const { status, body } = await callApi('GET', '/oauth/orange/authorize', {
      bearer: gateway.bearers.admin,
    })
    assert.deepEqual([status, body.code as string], [404, 'sign_in_not_offered'])
    assert.equal((await authorize('unheard-of')).status, 404)
  })
})
