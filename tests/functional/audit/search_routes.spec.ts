import { randomUUID } from 'node:crypto'
import { test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import db from '@adonisjs/lucid/services/db'
import { EventSearch } from '#audit/search/event_search'
import { ReadEvents } from '#audit/search/read_events'
import { EventStore } from '#audit/stores/event_store'
import { systemClock } from '#shared/clock'
import { type AuditEvent, EventRecorder } from '#shared/event_recorder'
import { auditRows } from '#tests/helpers/audit_rows'
import { callApi } from '#tests/helpers/gateway'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { createUser, tokenOf } from '#tests/helpers/users'

type Found = Record<string, unknown> & { seq: number; eventId: string }

/** A reviewer, and events that nobody else has: they carry a tenant of their own. */
async function review() {
  const reviewer = await createUser('reviewer')
  const bearer = await tokenOf(reviewer)
  const recorder = await app.container.make(EventRecorder)
  const tenant = `tenant-${randomUUID()}`

  const call = (method: string, path: string) => callApi(method, path, { bearer, body: undefined })
  const get = (query = '') => call('GET', `/api/audit/events${query}`)

  return {
    reviewer,
    tenant,
    call,
    get,
    record: (event: Partial<AuditEvent> = {}) =>
      recorder.record({ type: 'auth.token.generated', outcome: 'success', tenant, ...event }),

    /** The events of this test that pass, in the order of the answer. */
    async search(query = ''): Promise<Found[]> {
      const { status, body } = await get(`?tenant=${tenant}&${query}`)
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
      return body.data as unknown as Found[]
    },
  }
}

const types = (events: Found[]) => events.map(({ eventType }) => eventType)

test.group('GET /api/audit/events', () => {
  test('shows events, the newest first, with their place in the chain', async ({ assert }) => {
    const { record, search } = await review()
    await record({ type: 'auth.token.requested', attemptId: 'attempt-1' })
    await record({
      type: 'auth.token.cleared',
      actor: { type: 'user', id: '7', role: 'admin', sourceIp: '192.0.2.9' },
      comment: 'Asked for by Awa',
      details: { grant: 'client_credentials' },
    })

    const [cleared, requested, ...others] = await search()

    assert.isEmpty(others)
    assert.equal(cleared.seq, requested.seq + 1)
    assert.equal(cleared.prevFingerprint, requested.fingerprint)
    assert.containSubset(cleared, {
      eventType: 'auth.token.cleared',
      actorId: '7',
      actorRole: 'admin',
      sourceIp: '192.0.2.9',
      comment: 'Asked for by Awa',
      details: { grant: 'client_credentials' },
    })
    assert.notProperty(cleared, 'erased')
    const [stored] = (await auditRows('auth.token.cleared')).slice(-1)
    assert.deepInclude(cleared, { ...stored.body, fingerprint: stored.fingerprint })
  })

  test('says what was erased of an event', async ({ assert }) => {
    const { record, search } = await review()
    const actor = { type: 'user', id: '7', sourceIp: '192.0.2.9' } as const
    await record({ actor, comment: 'Asked for by Awa' })
    const [{ eventId }] = await search()
    await db.from('audit_personal_values').where({ event_id: eventId, field: 'sourceIp' }).delete()

    const [event] = await search()

    assert.deepEqual(event.erased, ['sourceIp'])
    assert.notProperty(event, 'sourceIp')
    assert.equal(event.comment, 'Asked for by Awa')
  })

  test('takes lists, prefixes and their negation', async ({ assert }) => {
    const { record, search } = await review()
    const recorded = ['auth.token.requested', 'auth.token.generated', 'auth.tokens', 'crypto.key']
    for (const type of recorded) await record({ type })

    const found = async (type: string) => types(await search(`type=${type}&sort=seq`))

    assert.deepEqual(await found('auth.token.*'), recorded.slice(0, 2))
    assert.deepEqual(await found('auth.*'), recorded.slice(0, 3))
    assert.deepEqual(await found('crypto.key,auth.token.requested'), [recorded[0], recorded[3]])
    assert.deepEqual(await found('!auth.token.*'), recorded.slice(2))
    assert.deepEqual(await found('!auth.token.*,crypto.key'), [recorded[2]])
    assert.deepEqual(await found('auth.*,!auth.token.generated'), [recorded[0], recorded[2]])
    assert.deepEqual(await found('nothing.*'), [])
    assert.deepEqual(await found('!nothing.*'), recorded)
    assert.deepEqual(await found('auth.token'), [])
  })

  test('filters by {filter}')
    .with([
      { filter: 'outcome', value: 'failure', event: { outcome: 'failure' } },
      { filter: 'severity', value: 'critical', event: { severity: 'critical' } },
      { filter: 'actor', value: 'u-1', event: { actor: { type: 'user', id: 'u-1' } } },
      { filter: 'actorType', value: 'user', event: { actor: { type: 'user', id: 'u-1' } } },
      { filter: 'target', value: 't-1', event: { target: { type: 'user', id: 't-1' } } },
      { filter: 'correlationId', value: 'r-1', event: { correlationId: 'r-1' } },
      { filter: 'token', value: 'f00d', event: { token: { fingerprint: 'f00d' } } },
    ] as { filter: string; value: string; event: Partial<AuditEvent> }[])
    .run(async ({ assert }, { filter, value, event }) => {
      const { record, search } = await review()
      await record({ type: 'one.with', ...event })
      await record({ type: 'one.without' })

      assert.deepEqual(types(await search(`${filter}=${value}`)), ['one.with'])
      assert.deepEqual(types(await search(`${filter}=!${value}`)), ['one.without'])
    })

  test('takes a time range, both ends included, and days', async ({ assert }) => {
    const { record, search } = await review()
    const at = (text: string) => record({ type: text, occurredAt: Date.parse(text) })
    await at('2031-03-01T00:00:00.000Z')
    await at('2031-03-02T12:00:00.000Z')
    await at('2031-03-01T23:59:59.999Z')
    await at('2031-02-28T23:59:59.999Z')

    const found = async (query: string) => types(await search(query))

    assert.deepEqual(await found('from=2031-03-01&to=2031-03-01'), [
      '2031-03-01T23:59:59.999Z',
      '2031-03-01T00:00:00.000Z',
    ])
    const noon = '2031-03-02T12:00:00Z'
    assert.deepEqual(await found(`from=${noon}&to=${noon}`), ['2031-03-02T12:00:00.000Z'])
    assert.deepEqual(await found('from=2031-03-02T14:00:00%2B02:00'), ['2031-03-02T12:00:00.000Z'])
    assert.lengthOf(await found('to=2031-03-01&from=2031-01-01'), 3)
    assert.isEmpty(await found('from=2031-04-01'))
  })

  test('sorts by what was recorded, severities by their weight', async ({ assert }) => {
    const { record, search } = await review()
    const range = 'from=2032-03-01&to=2032-03-01'
    const severities = ['high', 'informational', 'critical', 'low', 'medium'] as const
    for (const severity of severities) {
      await record({ severity, occurredAt: Date.UTC(2032, 2, 1), type: `a.${severity}` })
    }

    const bySeverity = await search(`${range}&sort=-severity`)
    const byType = await search(`${range}&sort=eventType`)

    assert.deepEqual(
      bySeverity.map(({ severity }) => severity),
      ['critical', 'high', 'medium', 'low', 'informational']
    )
    assert.deepEqual(types(byType), [...types(byType)].sort())
    assert.lengthOf(byType, 5)
  })

  test('pages hold every event once, while others are recorded', async ({ assert }) => {
    const { record, get, tenant } = await review()
    const ids = Array.from({ length: 25 }, (_, index) => `r-${index}`)
    for (const correlationId of ids) await record({ correlationId })

    for (const sort of ['-seq', 'seq']) {
      const seen: unknown[] = []
      let cursor = ''
      do {
        const page = await get(
          `?tenant=${tenant}&limit=7&sort=${sort}&correlationId=!late${cursor}`
        )
        const { nextCursor, count } = page.body.meta as Record<string, unknown>
        assert.deepEqual(count, { value: 25, kind: 'exact' })
        seen.push(...(page.body.data as unknown as Found[]).map((event) => event.correlationId))
        await record({ correlationId: 'late' })
        cursor = nextCursor ? `&cursor=${nextCursor}` : ''
      } while (cursor)

      assert.deepEqual(seen, sort === 'seq' ? ids : ids.toReversed())
    }
  })

  test('H6 | refuses {query}, naming {field}')
    .with([
      { query: 'limit=1000000000', field: 'limit' },
      { query: 'limit=0', field: 'limit' },
      { query: 'limit=-1', field: 'limit' },
      { query: 'limit=ten', field: 'limit' },
      { query: 'limit=1e2', field: 'limit' },
      { query: 'limit=', field: 'limit' },
      { query: 'limit=1&limit=2', field: 'limit' },
      { query: 'from=yesterday', field: 'from' },
      { query: 'from=2026-02-30', field: 'from' },
      { query: 'from=2026-01-01T00:00:00', field: 'from' },
      { query: 'to=%00', field: 'to' },
      { query: 'from=2026-01-02&to=2026-01-01', field: 'to' },
      { query: 'sort=body', field: 'sort' },
      { query: 'sort=severity', field: 'sort' },
      { query: 'sort=occurredAt&from=2026-01-01', field: 'sort' },
      { query: 'sort=seq;drop', field: 'sort' },
      { query: 'outcome=fine', field: 'outcome' },
      { query: 'severity=9', field: 'severity' },
      { query: 'type=*', field: 'type' },
      { query: 'type=auth.%25', field: 'type' },
      { query: 'type=a,,b', field: 'type' },
      { query: 'type=!', field: 'type' },
      { query: "type=a') OR 1=1 --", field: 'type' },
      { query: `type=${Array(21).fill('a').join(',')}`, field: 'type' },
      { query: `actor=${'a'.repeat(129)}`, field: 'actor' },
      { query: 'actor=a%00b', field: 'actor' },
      { query: 'actor[$ne]=a', field: 'actor[$ne]' },
      { query: 'actor=a&actor=b', field: 'actor' },
      { query: 'tennant=a', field: 'tennant' },
      { query: 'offset=5', field: 'offset' },
    ])
    .run(async ({ assert }, { query, field }) => {
      const { get } = await review()
      const { status, headers, body } = await get(`?${encodeURI(query).replaceAll('%25', '%')}`)

      assert.equal(status, 422)
      assert.include(headers.get('content-type'), 'application/problem+json')
      assert.deepInclude(body, { code: 'validation_failed', retryable: false })
      assert.containSubset(body.errors, [{ field }])
    })

  test('H6 | SQL in a filter is a word that no event has', async ({ assert }) => {
    const { record, search } = await review()
    await record()
    const hostile = encodeURIComponent("x' OR '1'='1'; DROP TABLE audit_events; --")

    for (const filter of ['actor', 'target', 'token', 'correlationId']) {
      assert.isEmpty(await search(`${filter}=${hostile}`))
    }
    assert.lengthOf(await search(), 1)
  })

  test('H6 | a cursor works for its own filters and sort alone', async ({ assert }) => {
    const { record, get, tenant } = await review()
    for (let n = 0; n < 3; n++) await record()
    const first = await get(`?tenant=${tenant}&limit=2`)
    const { nextCursor } = first.body.meta as Record<string, unknown>
    const queries = [
      `tenant=other&cursor=${nextCursor}`,
      `tenant=${tenant}&outcome=success&cursor=${nextCursor}`,
      `tenant=${tenant}&sort=seq&cursor=${nextCursor}`,
      `tenant=${tenant}&from=2026-01-01&cursor=${nextCursor}`,
      `tenant=${tenant}&cursor=${String(nextCursor).slice(0, -3)}`,
      `tenant=${tenant}&cursor=garbage`,
      `tenant=${tenant}&cursor=${Buffer.from('[1,2]').toString('base64url')}`,
      `tenant=${tenant}&cursor=${Buffer.from('{"seq":1}').toString('base64url')}`,
      `tenant=${tenant}&cursor=%2e%2e%2f`,
    ]

    for (const query of queries) {
      const { status, body } = await get(`?${query}`)
      assert.equal(status, 400, query)
      assert.deepInclude(body, { code: 'cursor_invalid', retryable: false })
    }
    const other = await get(`?tenant=${tenant}&limit=5&cursor=${nextCursor}`)
    assert.lengthOf(other.body.data as unknown as Found[], 1)
  })

  test('an event that somebody wrote over is shown as unreadable', async ({ assert }) => {
    const { eventView } = await import('#audit/search/event_view')
    const row = { seq: 1, event_id: 'id', fingerprint: 'f', prev_fingerprint: 'p', body: '{"a' }

    assert.deepInclude(eventView(row, []), { seq: 1, eventId: 'id', unreadable: true })
  })
})

test.group('GET /api/audit/events/:eventId', () => {
  test('shows one event with its place in the chain', async ({ assert }) => {
    const { record, search, call } = await review()
    await record()
    const [event] = await search()

    const { status, body } = await call('GET', `/api/audit/events/${event.eventId}`)
    assert.equal(status, 200)
    assert.deepEqual(body.data as unknown, event)

    const upper = await call('GET', `/api/audit/events/${event.eventId.toUpperCase()}`)
    assert.equal(upper.status, 200)
  })

  test('knows no other ids', async ({ assert }) => {
    const { call } = await review()
    for (const id of [randomUUID(), '1', 'x'.repeat(2_000), "'%20OR%201=1", '%00']) {
      const { status, body } = await call('GET', `/api/audit/events/${id}`)
      assert.equal(status, 404, id)
      assert.equal(body.code, 'not_found')
    }
  })
})

test.group('Reading the trail', () => {
  test('is recorded with who asked for what', async ({ assert }) => {
    const { reviewer, record, search, call, tenant } = await review()
    await record({ outcome: 'failure' })

    const [event] = await search('outcome=!success&type=auth.*&target=!tel:%2B221770000000')
    await call('GET', `/api/audit/events/${event.eventId}`)
    await call('GET', `/api/audit/events/${randomUUID()}`)

    const reads = await auditRows('audit.read')
    const [list, show, missed] = reads.map(({ body }) => body).slice(-3)
    const [{ personal }] = reads.slice(-3)
    assert.deepInclude(list, { actorId: String(reviewer.id), actorRole: 'reviewer' })
    assert.isString(list.correlationId)
    assert.deepEqual(list.details, {
      outcome: '!success',
      type: 'auth.*',
      sort: '-seq',
      limit: 50,
      continued: false,
      count: 1,
    })
    assert.sameMembers(personal.comment.split('; '), [
      `tenant=${tenant}`,
      'target=!tel:+221770000000',
    ])
    assert.deepInclude(show, { outcome: 'success', targetId: event.eventId })
    assert.deepInclude(missed, { outcome: 'failure', reasonCode: 'not_found' })
  })

  test('gives nothing while it cannot be recorded', async ({ assert, swap }) => {
    const { record, get, search, call, tenant } = await review()
    await record()
    const [{ eventId }] = await search()
    const store = await app.container.make(EventStore)
    const recorder = new RecordingEventRecorder()
    recorder.fail()
    swap(
      ReadEvents,
      new ReadEvents({ search: new EventSearch({ store, clock: systemClock }), store, recorder })
    )

    for (const answer of [
      await get(`?tenant=${tenant}`),
      await call('GET', `/api/audit/events/${eventId}`),
      await call('DELETE', `/api/audit/events/${eventId}`),
    ]) {
      assert.equal(answer.status, 503)
      assert.equal(answer.body.code, 'recording_unavailable')
      assert.notInclude(JSON.stringify(answer.body), eventId)
    }
  })
})

test.group('Changing the trail', () => {
  test('H11 | {method} is refused and recorded')
    .with(['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({ method })))
    .run(async ({ assert }, { method }) => {
      const { reviewer, record, search, call } = await review()
      await record()
      const [event] = await search()

      for (const path of ['/api/audit/events', `/api/audit/events/${event.eventId}`]) {
        const { status, headers, body } = await call(method, path)
        assert.equal(status, 405)
        assert.equal(headers.get('allow'), 'GET')
        assert.deepInclude(body, { code: 'method_not_allowed', title: 'Method not allowed' })

        const [denied] = (await auditRows('auth.access.denied')).slice(-1)
        assert.containSubset(denied.body, {
          outcome: 'failure',
          reasonCode: 'method_not_allowed',
          actorId: String(reviewer.id),
          details: { method },
        })
      }
      assert.deepEqual(await search(), [event])
    })
})
