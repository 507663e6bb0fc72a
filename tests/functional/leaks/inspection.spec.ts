import { inspect } from 'node:util'
import { Secret } from '@adonisjs/core/helpers'
import { test } from '@japa/runner'
import type { Fault } from '#orange/sandbox/faults/fault'
import { Canary } from '#tests/helpers/leaks/canary'
import { findLeaks } from '#tests/helpers/leaks/find_leaks'
import { canariesOf, numberCanaries, secrets } from '#tests/helpers/leaks/secrets'
import { startSmsTrial, type SmsTrial } from '#tests/helpers/sms_trial'

/** Everything that printing, logging or serialising a value could show. */
function closeLook(value: unknown): string {
  return [
    inspect(value, { depth: 20, showHidden: true, getters: true, maxStringLength: null }),
    JSON.stringify(value),
    String(value),
    value instanceof Error ? value.stack : '',
  ].join('\n')
}

function tokenFaults(token: string): Fault[] {
  return [
    ...[200, 400, 401, 500].map((status) => ({ on: 'token', kind: 'echo', status }) as const),
    { on: 'token', kind: 'answer', body: `${token} {"access_token":"${token}"` },
    { on: 'token', kind: 'answer', body: `{"access_token":"${token}\\n","token_type":"Bearer"}` },
    { on: 'token', kind: 'reset', at: 'body' },
    { on: 'token', kind: 'truncate' },
    { on: 'token', kind: 'hang' },
    { on: 'token', kind: 'oversize' },
  ]
}

const SMS_FAULTS: Fault[] = [
  ...[400, 403, 503].map((status) => ({ on: 'sms', kind: 'echo', status }) as const),
  { on: 'sms', kind: 'echo', status: 401, times: 2 },
]

const TRANSPORT_FAULTS: Fault[] = [
  { on: 'any', kind: 'hang' },
  { on: 'any', kind: 'reset' },
  { on: 'any', kind: 'truncate' },
  { on: 'any', kind: 'oversize' },
  { on: 'any', kind: 'bad-chunks' },
]

/** What a call threw; fails when it did not. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error
  )
  if (!(outcome instanceof Error)) throw new Error('nothing was thrown')
  return outcome
}

async function errorsOf(trial: SmsTrial, known: ReturnType<typeof secrets>): Promise<unknown[]> {
  const errors: unknown[] = []
  const sms = { to: known.number, from: '+2210000', message: known.message }
  await trial.tokens.getAccessToken()

  for (const fault of SMS_FAULTS.slice(0, 2)) {
    trial.sandbox.fault(fault)
    errors.push(await errorOf(trial.client.send(sms)))
  }
  for (const fault of TRANSPORT_FAULTS) {
    trial.sandbox.fault(fault)
    const request = {
      method: 'POST' as const,
      url: `${trial.sandbox.url}/oauth/v3/token`,
      headers: { Authorization: new Secret(`Basic ${known.basic}`), Accept: 'application/json' },
      body: new Secret(`client_secret=${known.clientSecret}`),
      deadlineMs: 300,
    }
    errors.push(await errorOf(trial.http.exchange(request)))
  }
  for (const fault of tokenFaults(known.tokens[0])) {
    trial.sandbox.fault(fault)
    errors.push(await errorOf(trial.tokens.refreshToken()))
  }
  trial.sandbox.fault(SMS_FAULTS[3])
  errors.push(await errorOf(trial.client.send(sms)))
  errors.push(await errorOf(trial.client.send(sms)))
  return errors
}

test.group('What a close look shows', () => {
  test('no secret in services, tokens, errors, events or log lines', async (context) => {
    const { assert } = context
    const known = secrets()
    const { clientId, clientSecret } = known
    const trial = await startSmsTrial(context, {
      sandbox: { clientId, clientSecret },
      credentials: { clientId, clientSecret: new Secret(clientSecret) },
      oauth: { requestDeadlineMs: 300, waitMs: 2_000 },
      smsDeadlineMs: 2_000,
    })

    const token = await trial.tokens.getAccessToken()
    const text = token.authorization.release().slice('Bearer '.length)
    const errors = await errorsOf(trial, known)
    const { manager, tokens, auth, http, client } = trial
    const looked = { manager, tokens, auth, http, client, token, record: token.record }

    const sinks = [
      ...Object.entries(looked).map(([name, value]) => ({ name, content: closeLook(value) })),
      ...errors.map((error, index) => ({ name: `error ${index}`, content: closeLook(error) })),
      ...errors
        .filter((error) => error instanceof Error && error.cause)
        .map((error) => ({ name: 'a cause', content: closeLook((error as Error).cause) })),
      { name: 'events', content: JSON.stringify(trial.recorder.events) },
      { name: 'logs', content: trial.logs.join('\n') },
      { name: 'failures', content: trial.failuresBehind.map(closeLook).join('\n') },
      { name: 'health', content: JSON.stringify(auth.getStatus()) },
    ]
    const canaries = [...canariesOf(known, []), ...numberCanaries(known), new Canary('token', text)]
    assert.deepEqual(findLeaks(canaries, sinks), [])

    const planted = Object.assign(new Error('planted'), { config: { headers: { key: text } } })
    const found = findLeaks(canaries, [{ name: 'an error', content: closeLook(planted) }])
    assert.include(found, 'token (whole, raw) in an error')
  })
})
