import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import {
  RevocationEndpoint,
  type RevocationEndpointSettings,
} from '#oauth/wire/revocation_endpoint'
import { TokenRevocation } from '#oauth/life/token_revocation'
import { RecordingUnavailable } from '#shared/event_recorder'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { clientNamed, startRevokingProvider } from '#tests/helpers/revoking_provider'

/** What revokes the tokens of one provider, whose address may have to be found out. */
function startRevocation(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  url: RevocationEndpointSettings['url']
) {
  const recorder = new RecordingEventRecorder()
  const clock = new ManualClock()
  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
  cleanup(() => http.destroy())
  const settings = { url, clientAuthentication: 'post' as const, deadlineMs: 10_000 }
  const revocation = new TokenRevocation({
    provider: 'tested',
    endpoint: new RevocationEndpoint(settings, { http, clock }),
    credentials: async () => clientNamed('me'),
    recorder,
    fingerprints: new KeyedDigest(new Secret('a key of tests, 32 characters or'), 'tests'),
    clock,
  })
  return { recorder, revocation }
}

test.group('Revocation, where the provider publishes its address', () => {
  test('tells it of refresh tokens too', async (context) => {
    const { assert } = context
    const { entry, revocations } = await startRevokingProvider(context)
    const { recorder, revocation } = startRevocation(context, async () => entry.revocation!.url)
    await revocation.revoke(new Secret('refresh-me'), 'refresh_token')

    const [{ members }] = revocations()
    assert.deepEqual(members, {
      token: 'refresh-me',
      token_type_hint: 'refresh_token',
      client_id: 'me',
      client_secret: 'secret of me',
    })
    const [{ type, outcome, details }] = recorder.events
    assert.deepEqual([type, outcome], ['auth.token.revoked', 'success'])
    assert.deepEqual(details, { tokenType: 'refresh_token' })
  })

  test('says nothing when there is none', async (context) => {
    const { recorder, revocation } = startRevocation(context, async () => undefined)
    await revocation.revoke(new Secret('token'), 'access_token')
    context.assert.isEmpty(recorder.events)
  })

  test('sends nothing to an address that is not safe, and outlives that none is found', async (context) => {
    const { assert } = context
    for (const [url, reason] of [
      [async () => 'http://auth.example.test/revoke', 'unsafe_address'],
      [() => Promise.reject(new RangeError('quotes a secret')), 'RangeError'],
    ] as const) {
      const { recorder, revocation } = startRevocation(context, url)
      await revocation.revoke(new Secret('token'), 'access_token')
      const [{ outcome, reasonCode }] = recorder.events
      assert.deepEqual([outcome, reasonCode], ['failure', reason])
      assert.notInclude(JSON.stringify(recorder.events), 'quotes')
    }
  })

  test('does not pretend that it is known how it went when that cannot be recorded', async (context) => {
    const { entry } = await startRevokingProvider(context)
    const { recorder, revocation } = startRevocation(context, entry.revocation!.url)
    recorder.fail()
    const revoking = revocation.revoke(new Secret('token'), 'access_token')
    await context.assert.rejects(() => revoking, RecordingUnavailable)
  })
})
