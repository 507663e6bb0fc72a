import { Secret } from '@adonisjs/core/helpers'
import app from '@adonisjs/core/services/app'
import db from '@adonisjs/lucid/services/db'
import { test } from '@japa/runner'
import { EventRecorder } from '#shared/event_recorder'
import { KeyedDigest } from '#shared/keyed_digest'
import { InterruptedSends } from '#sms/interrupted_sends'
import { SmsLedger } from '#sms/stores/sms_ledger'
import { auditRows } from '#tests/helpers/audit_rows'
import { withoutTable } from '#tests/helpers/broken_database'
import { eventually } from '#tests/helpers/eventually'
import { startGateway, type Gateway } from '#tests/helpers/gateway'
import { ManualClock } from '#tests/helpers/manual_clock'
import { gatewayBody } from '#tests/helpers/orange_bodies'
import { startSmsTrial } from '#tests/helpers/sms_trial'

async function statusOf(id: string): Promise<string> {
  return (await db.from('sms_messages').where('id', id).firstOrFail()).status
}

async function sendOnce(gateway: Gateway): Promise<string> {
  const answer = await gateway.send()
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return answer.body.data.id
}

test.group('The database fails in the middle of a send', () => {
  test('D1 | Orange accepts, the ledger fails: unknown, settled later, never sent again', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    await trial.warmUp()
    trial.sandbox.fault({ on: 'sms', kind: 'delay', delayMs: 300 })

    const sending = trial.send()
    await eventually(
      () => trial.sandbox.messages.length === 1 && trial.smsRequests().length === 2,
      'the send reached Orange'
    )
    const { mend } = await withoutTable(context, 'sms_messages')
    const answer = await sending
    await mend()

    assert.equal(answer.status, 202, JSON.stringify(answer.body))
    assert.equal(answer.body.data.status, 'unknown')
    const { id } = answer.body.data
    assert.equal(await statusOf(id), 'sending')
    assert.include(trial.logs.join('\n'), 'The end of a message could not be recorded')

    const ledger = await ledgerIn(3 * 60_000)
    assert.isAtLeast(await settle(ledger), 1)
    const { row, seen } = await trial.message(answer)
    assert.containsSubset(row, { status: 'unknown', reason_code: 'interrupted' })
    assert.containsSubset(seen, { status: 'unknown' })
    assert.lengthOf(trial.smsRequests(), 2)
    assert.lengthOf(trial.sandbox.messages, 2)
  })

  test('D1 | a send that is under way is left alone by the sweep', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    await trial.warmUp()
    trial.sandbox.fault({ on: 'sms', kind: 'delay', delayMs: 200 })

    const sending = trial.send()
    await eventually(() => trial.smsRequests().length === 2, 'the send reached Orange')
    await settle(await ledgerIn(60_000))
    const { row } = await trial.message(await sending)
    assert.equal(row.status, 'sent')
  })

  test('D1 | Orange accepts the replay, the trail fails: sent, and the caller is told so', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    await sendOnce(gateway)
    gateway.sandbox.fault({ on: 'sms', kind: 'answer', status: 401, body: gatewayBody(42) })
    gateway.sandbox.fault({ on: 'sms', kind: 'delay', delayMs: 300 })

    const sending = gateway.send()
    await eventually(() => gateway.smsRequests().length === 3, 'the replay reached Orange')
    const { mend } = await withoutTable(context, 'audit_heads')
    const answer = await sending
    await mend()

    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    assert.equal(await statusOf(answer.body.data.id), 'sent')
    assert.lengthOf(gateway.sandbox.messages, 2)
  })

  test('D1 | Orange refuses the token, the trail fails: 503, nothing was sent', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    await sendOnce(gateway)
    gateway.sandbox.expireTokens()
    const { mend } = await withoutTable(context, 'audit_heads')

    const answer = await gateway.send()
    assert.equal(answer.status, 503)
    assert.equal(answer.body.code, 'recording_unavailable')
    assert.equal(await statusOf(String(answer.body.messageId)), 'failed')
    assert.lengthOf(gateway.tokenRequests(), 1)

    await mend()
    await sendOnce(gateway)
    assert.lengthOf(gateway.tokenRequests(), 2)
    assert.lengthOf(gateway.sandbox.messages, 2)
  })

  test('D1 | a token that came while the trail failed is used, not bought again', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    gateway.sandbox.fault({ on: 'token', kind: 'delay', delayMs: 200 })

    const sending = gateway.send()
    await eventually(() => gateway.tokenRequests().length === 1, 'the token was asked for')
    const { mend } = await withoutTable(context, 'audit_heads')
    assert.equal((await sending).body.code, 'recording_unavailable')
    assert.lengthOf(gateway.smsRequests(), 0)

    await mend()
    await sendOnce(gateway)
    assert.lengthOf(gateway.tokenRequests(), 1)
  })

  test('the trail itself tells what a refused token led to', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, {
      recorder: await app.container.make(EventRecorder),
    })
    await sendOnce(gateway)
    gateway.sandbox.expireTokens()
    const id = await sendOnce(gateway)
    const { request_id: requestId } = await db.from('sms_messages').where('id', id).firstOrFail()

    const events = (await auditRows('auth.')).filter(({ body }) => body.correlationId === requestId)
    assert.deepEqual(
      events.map(({ body }) => body.eventType),
      [
        'auth.upstream.rejected_401',
        'auth.token.cleared',
        'auth.token.requested',
        'auth.token.generated',
        'auth.upstream.retried_after_401',
      ]
    )
  })
})

/** The ledger as it is after some time. */
async function ledgerIn(ms: number): Promise<SmsLedger> {
  const encryption = await app.container.make('encryption')
  return new SmsLedger({
    encryption: encryption.use(),
    numberIndex: new KeyedDigest(new Secret('tests'.repeat(8)), 'telephone-numbers'),
    clock: new ManualClock(Date.now() + ms),
  })
}

/** Lets the sweep run once; answers how many rows are settled now. */
async function settle(ledger: SmsLedger): Promise<number> {
  const logger = await app.container.make('logger')
  const sweep = new InterruptedSends({ ledger, logger, clock: new ManualClock() })
  sweep.start()
  await sweep.stop()
  const [{ settled }] = await db
    .from('sms_messages')
    .where('reason_code', 'interrupted')
    .count('* as settled')
  return Number(settled)
}
