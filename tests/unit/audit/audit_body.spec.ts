import { test } from '@japa/runner'
import { bodyOf, canonicalText } from '#audit/recording/audit_body'
import type { AuditEvent } from '#shared/event_recorder'

const FACTS = { eventId: 'id', recordedAt: '2026-01-01T00:00:00.000Z', instanceId: 'test:1' }

function body(event: Partial<AuditEvent>) {
  return bodyOf({ type: 'service.started', outcome: 'success', ...event }, FACTS)
}

test.group('The body of an event', () => {
  test('is written with sorted names and without empty fields (RFC 8785)', ({ assert }) => {
    assert.equal(
      canonicalText(body({ count: 2 })),
      '{"actorId":"gateway","actorType":"system","count":2,"eventId":"id",' +
        '"eventType":"service.started","instanceId":"test:1",' +
        '"occurredAt":"2026-01-01T00:00:00.000Z","outcome":"success",' +
        '"recordedAt":"2026-01-01T00:00:00.000Z","schemaVersion":2,"severity":"informational"}'
    )
  })

  test('takes no field that the contract does not know', ({ assert }) => {
    const event = { type: 'x', outcome: 'success' as const, password: 'canary' }

    assert.notInclude(canonicalText(bodyOf(event, FACTS)), 'canary')
  })

  test('holds no personal value', ({ assert }) => {
    const actor = { type: 'user', id: '7', sourceIp: '192.0.2.1', subject: 'canary' } as const
    const text = canonicalText(body({ comment: 'canary', actor }))

    assert.notMatch(text, /canary|192\.0\.2\.1/)
  })

  test('names who vouched for a caller, within bounds', ({ assert }) => {
    const issuer = `https://login.example.test/${'x'.repeat(1_000)}`
    const { actorIssuer } = body({ actor: { type: 'user', id: '7', issuer } })

    assert.equal(actorIssuer, `${issuer.slice(0, 256)}…`)
  })

  test('replaces instants and numbers that do not exist', ({ assert }) => {
    for (const wrong of [Number.NaN, Infinity, -1, 1e20]) {
      const { occurredAt, tokenIssuedAt } = body({
        occurredAt: wrong,
        token: { fingerprint: 'f00d', issuedAt: wrong },
      })
      assert.equal(occurredAt, '2026-01-01T00:00:00.000Z')
      assert.isUndefined(tokenIssuedAt)
    }
    assert.isUndefined(body({ durationMs: Number.NaN }).durationMs)
    assert.deepEqual(body({ details: { ratio: Infinity } }).details, { ratio: null })
  })

  test('bounds names, values and number of details', ({ assert }) => {
    const many = Array.from({ length: 50 }, (_, index) => [`name${index}`, 'x'.repeat(10_000)])
    const { details } = body({ details: Object.fromEntries(many) })

    assert.lengthOf(Object.keys(details ?? {}), 24)
    assert.lengthOf(String(details?.name0), 501)
  })

  test('a failure weighs more than a success unless the event says so', ({ assert }) => {
    assert.equal(body({ outcome: 'failure' }).severity, 'medium')
    assert.equal(body({ outcome: 'failure', severity: 'critical' }).severity, 'critical')
  })
})
