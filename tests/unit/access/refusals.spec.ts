import { test } from '@japa/runner'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import type { Refusal } from '#access/denied_event'
import { Refusals } from '#access/refusals'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

const stranger: Refusal = {
  actor: { type: 'user', id: 'anonymous', sourceIp: '192.0.2.1' },
  reason: 'token_missing',
  ability: 'sms:send',
  status: 401,
  method: 'POST',
  route: '/api/sms/send',
  correlationId: 'request-1',
}

function refusalOf(id: number): Refusal {
  const actor = { type: 'user', id: String(id), role: 'sender' } as const
  return { ...stranger, actor, reason: 'ability_missing', status: 403 }
}

function setUp() {
  const recorder = new RecordingEventRecorder()
  const clock = new ManualClock()
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const logger = new LoggerFactory().merge({ enabled: true, destination }).create()

  return { recorder, clock, lines, refusals: new Refusals({ recorder, clock, logger }) }
}

test.group('Refused callers', () => {
  test('the first of a kind is recorded at once', async ({ assert }) => {
    const { refusals, recorder, clock } = setUp()

    await refusals.note(stranger)

    assert.deepEqual(recorder.events, [
      {
        type: 'auth.access.denied',
        outcome: 'failure',
        severity: 'low',
        reasonCode: 'token_missing',
        occurredAt: clock.now(),
        actor: stranger.actor,
        correlationId: 'request-1',
        httpStatus: 401,
        details: { ability: 'sms:send', method: 'POST', route: '/api/sms/send' },
      },
    ])
  })

  test('the others of a minute are one event with their number', async ({ assert }) => {
    const { refusals, recorder, clock } = setUp()
    const openedAt = new Date(clock.now()).toISOString()
    for (let n = 0; n < 500; n++) await refusals.note(stranger)

    await clock.advance(59_999)
    assert.lengthOf(recorder.events, 1)

    await clock.advance(1)
    assert.lengthOf(recorder.events, 2)
    assert.containSubset(recorder.events[1], { count: 499, actor: { id: 'anonymous' } })
    assert.equal(recorder.events[1].details?.countedSince, openedAt)
    assert.isUndefined(recorder.events[1].correlationId)
  })

  test('a single refusal leaves no count behind, and the next minute begins anew', async ({
    assert,
  }) => {
    const { refusals, recorder, clock } = setUp()

    await refusals.note(stranger)
    await clock.advance(60_000)
    await refusals.note(stranger)

    assert.deepEqual(
      recorder.events.map(({ count }) => count),
      [undefined, undefined]
    )
  })

  test('another user, ability or reason is another kind', async ({ assert }) => {
    const { refusals, recorder } = setUp()

    await refusals.note(stranger)
    await refusals.note({ ...stranger, reason: 'token_invalid' })
    await refusals.note({ ...stranger, ability: 'oauth:read' })
    await refusals.note(refusalOf(7))
    await refusals.note({ ...stranger, route: '/api/notifications/sms' })

    assert.lengthOf(recorder.events, 4)
  })

  test('callers of one account, each vouched for by name, are not counted as one', async ({
    assert,
  }) => {
    const { refusals, recorder, clock } = setUp()
    const vouched = (issuer: string, subject: string): Refusal => {
      const refusal = refusalOf(7)
      return { ...refusal, actor: { ...refusal.actor, issuer, subject } }
    }

    for (const subject of ['ada', 'bob', 'ada']) await refusals.note(vouched('one', subject))
    await refusals.note(vouched('two', 'ada'))
    await clock.advance(60_000)

    assert.deepEqual(
      recorder.events.map(({ actor, count }) => [actor?.issuer, actor?.subject, count]),
      [
        ['one', 'ada', undefined],
        ['one', 'bob', undefined],
        ['two', 'ada', undefined],
        ['one', 'ada', 1],
      ]
    )
  })

  test('ten thousand kinds take a thousand windows and one for the rest', async ({ assert }) => {
    const { refusals, recorder, clock } = setUp()

    for (let id = 0; id < 10_000; id++) await refusals.note(refusalOf(id))
    assert.equal(clock.pending, 1_001)
    assert.lengthOf(recorder.events, 1_001)

    await clock.advance(60_000)
    assert.equal(clock.pending, 0)
    assert.containSubset(recorder.events.at(-1), {
      reasonCode: 'various',
      actor: { id: 'various' },
      count: 8_999,
    })
  })

  test('open counts are recorded when the process ends', async ({ assert }) => {
    const { refusals, recorder, clock } = setUp()
    await refusals.note(stranger)
    await refusals.note(stranger)

    await refusals.flush()

    assert.equal(recorder.events.at(-1)?.count, 1)
    assert.equal(clock.pending, 0)
  })

  test('a recorder that fails loses no refusal and is logged', async ({ assert }) => {
    const { refusals, recorder, clock, lines } = setUp()

    recorder.fail()
    await refusals.note(stranger)
    await refusals.note(stranger)
    await clock.advance(60_000)
    assert.lengthOf(recorder.events, 0)
    assert.lengthOf(lines, 2)
    assert.include(lines[1], 'recording_unavailable')

    recorder.fail(false)
    await clock.advance(60_000)
    assert.deepEqual(
      recorder.events.map(({ count }) => count),
      [2]
    )
  })
})
