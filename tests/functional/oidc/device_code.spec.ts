import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import type { DevicePrompt } from '#oauth/sign_in/device_sign_in'
import { peopleAt } from '#tests/functional/oidc/people'
import { PERSON, startPeopleServer } from '#tests/functional/oidc/people_server'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { Browser } from '#tests/helpers/browser'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'
import { passTimeUntilDone } from '#tests/helpers/pass_time'
import { bearerOf, signInPlace } from '#tests/helpers/sign_in_engine'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

const [sqlite] = databasesOf('oauth')

async function setUp(context: TestContext) {
  const server = await startPeopleServer(context)
  const clock = new ManualClock(Date.now())
  const place = await signInPlace(context, sqlite, peopleAt(server))
  const gateway = await place.start({ clock })

  let show: (prompt: DevicePrompt) => void = () => {}
  const shown = new Promise<DevicePrompt>((resolve) => (show = resolve))
  const signedIn = gateway.device.run({ provider: 'people' }, { cause: {}, show })
  signedIn.catch(() => {})
  return { server, clock, gateway, signedIn, prompt: await shown }
}

/** Somebody enters the code, as any browser would. */
async function enter({ verificationUriComplete }: DevicePrompt): Promise<void> {
  const browser = new Browser()
  const at = verificationUriComplete!
  let { page } = await browser.visit(at)
  while (page.includes('<form')) ({ page } = await browser.submit(page, at))
}

test.group('A certified server | signing in with a code from a device', () => {
  test('gives the gateway tokens once somebody has entered it', async (context) => {
    const { assert } = context
    const { server, clock, gateway, signedIn, prompt } = await setUp(context)
    assert.match(prompt.userCode, /^[A-Z]{4}-[A-Z]{4}$/)

    await clock.advance(5_000)
    await eventually(() => server.grantTypes.length === 1, 'it is looked whether somebody has')
    await enter(prompt)

    const { tokenInfo } = await passTimeUntilDone(clock, signedIn)
    assert.deepEqual(new Set(server.grantTypes), new Set([DEVICE_CODE, 'refresh_token']))
    assert.equal(tokenInfo!.state, 'fresh')
    const token = await gateway.tokens.getAccessToken()
    assert.containsSubset(await server.find(bearerOf(token)), { accountId: PERSON })
    assert.deepEqual(server.serverErrors, [])
  })
})
