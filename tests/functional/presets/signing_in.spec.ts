import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { epic } from '#presets/epic'
import { exchange, exchangeScopes } from '#presets/exchange'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { CLIENT_ID, startEntra, TENANT } from '#tests/helpers/doubles/entra'
import { ManualClock } from '#tests/helpers/manual_clock'
import { passTimeUntilDone } from '#tests/helpers/pass_time'
import { signInPlace } from '#tests/helpers/sign_in_engine'
import { startTokenServer } from '#tests/helpers/token_server'

const [sqlite] = databasesOf('oauth')
const WHO = { provider: 'people' }

/** A mailbox of Exchange Online, used by a machine without a browser. */
async function mailbox(context: TestContext) {
  const clock = new ManualClock()
  const directory = await startEntra(context, { clock })
  const provider = exchange({
    tenantId: TENANT,
    authority: directory.url,
    credentials: new ConfigCredentials({ clientId: CLIENT_ID }),
    clientAuthentication: 'none',
    grant: grants.refreshToken(),
    scope: exchangeScopes.imap,
  })
  const gateway = await (await signInPlace(context, sqlite, provider)).start({ clock })
  const prompts: unknown[] = []
  return {
    directory,
    gateway,
    clock,
    prompts,
    signIn() {
      const show = (prompt: unknown) => prompts.push(prompt)
      return passTimeUntilDone(clock, gateway.device.run(WHO, { cause: {}, show }))
    },
  }
}

test.group('A mailbox of Exchange Online', () => {
  test('is signed in to with a code, by a client without a secret, and stays usable', async (context) => {
    const { assert } = context
    const { directory, gateway, prompts, signIn } = await mailbox(context)
    directory.refuse('pending')

    await signIn()
    assert.containsSubset(prompts, [
      { userCode: 'EQGHJYEN9', verificationUri: 'https://microsoft.com/devicelogin' },
    ])

    await gateway.tokens.refreshToken()
    const refreshed = directory.requests.filter(
      ({ members }) => members.grant_type === 'refresh_token'
    )
    assert.lengthOf(refreshed, 2)
    assert.deepEqual(refreshed[0].members, {
      grant_type: 'refresh_token',
      refresh_token: 'canary-refresh-after-signing-in',
      scope: exchangeScopes.imap,
      client_id: CLIENT_ID,
    })
    assert.include(String(refreshed[1].members.refresh_token), 'after-canary-refresh-after')
    assert.notMatch(JSON.stringify(gateway.recorder.events), /canary|Trace ID/)
  })

  test('is not signed in to when the person declines', async (context) => {
    const { directory, signIn } = await mailbox(context)
    directory.refuse('declined')
    await context.assert.rejects(signIn, /access_denied/)
  })

  test('asks for its owner when the refresh token has ended, and not when only a second factor is wanted', async (context) => {
    const { assert } = context
    const { directory, gateway, signIn } = await mailbox(context)
    await signIn()

    directory.refuse('mfa')
    await assert.rejects(() => gateway.tokens.refreshToken(), /interaction_required/)
    assert.isUndefined((await gateway.refreshTokens.state(WHO))!.endedBy)

    directory.refuse('refresh_expired')
    await assert.rejects(() => gateway.tokens.refreshToken(), /refresh_token_expired/)
    assert.equal((await gateway.refreshTokens.state(WHO))!.endedBy, 'refresh_token_expired')
    assert.containSubset(gateway.recorder.events, [
      { type: 'auth.sign_in.ended', severity: 'high', reasonCode: 'refresh_token_expired' },
    ])
  })
})

test.group('Epic on FHIR, for a person', () => {
  test('takes a code with its proof and the secret in a header, for one FHIR server', async (context) => {
    const { assert } = context
    const server = await startTokenServer(context, ({ members }) => ({
      body: {
        access_token: `epic-${String(members.grant_type)}`,
        token_type: 'bearer',
        expires_in: 3600,
        scope: 'patient/Patient.read',
        patient: 'canary-patient',
        refresh_token: 'canary-refresh',
      },
    }))
    const provider = epic({
      baseUrl: `${server.url}/interconnect`,
      fhirBaseUrl: 'https://fhir.example.org/api/FHIR/R4',
      credentials: new ConfigCredentials({
        clientId: 'gateway',
        clientSecret: new Secret('canary'),
      }),
      clientAuthentication: 'basic',
      grant: grants.refreshToken(),
      scope: 'patient/Patient.read offline_access',
    })
    const gateway = await (await signInPlace(context, sqlite, provider)).start()

    const { url } = await gateway.browser.begin(WHO, { cause: {} })
    assert.equal(url.pathname, '/interconnect/oauth2/authorize')
    assert.equal(url.searchParams.get('aud'), 'https://fhir.example.org/api/FHIR/R4')
    const back = new URLSearchParams({ code: 'c', state: url.searchParams.get('state')! })
    await gateway.browser.complete('people', back, {})

    const [exchanged, refreshed] = server.requests
    const basic = `Basic ${Buffer.from('gateway:canary').toString('base64')}`
    assert.equal(exchanged.headers.authorization, basic)
    assert.match(String(exchanged.members.code_verifier), /^[\w-]{43,128}$/)
    assert.equal(refreshed.headers.authorization, basic)
    const token = await gateway.tokens.getAccessToken()
    assert.equal(token.authorization.release(), 'Bearer epic-refresh_token')
    assert.notInclude(JSON.stringify(gateway.recorder.events), 'canary')
  })
})
