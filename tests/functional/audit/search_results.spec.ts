import { test } from '@japa/runner'
import { type EventPage, type EventQuery, EventSearch } from '#audit/search/event_search'
import { sortText } from '#audit/search/event_sort'
import { EventStore } from '#audit/stores/event_store'
import { eventQueryOf } from '#audit/search/validators'
import { type Clock, systemClock } from '#shared/clock'
import type { AuditEvent } from '#shared/event_recorder'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { auditRows, type RecordedEvent } from '#tests/helpers/audit_rows'
import { seededRandom } from '#tests/helpers/seeded_random'

const EVENTS = 300
const SEARCHES = 60
const DAY = 86_400_000
const START = Date.UTC(2026, 0, 1)

const TYPES = ['auth.token.requested', 'auth.token.generated', 'auth.tokens', 'crypto.key', 'x']
const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical'] as const
const IDS = ['7', '8', 'orange', "o'clock", 'Été', 'été', 'Z', 'a_b', 'a%b']
const SORTS = ['seq', 'occurredAt', 'severity', 'eventType', 'targetId', 'outcome', 'eventId']

/** Every look at it finds two seconds gone: whatever has a time limit reaches it at once. */
const hurriedClock: Clock = {
  ...systemClock,
  monotonic: (() => {
    let now = 0
    return () => (now += 2_000)
  })(),
}

function chooser(seed: number) {
  const random = seededRandom(seed)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]
  return { random, pick, maybe: <T>(value: T) => (random() < 0.5 ? value : undefined) }
}

type Chooser = ReturnType<typeof chooser>

function randomEvent({ random, pick, maybe }: Chooser): AuditEvent {
  return {
    type: pick(TYPES),
    outcome: pick(['success', 'failure', 'unknown'] as const),
    severity: pick(SEVERITIES),
    occurredAt: START + Math.floor(random() * 5 * DAY),
    actor: maybe({ type: 'user', id: pick(IDS) } as const),
    target: maybe({ type: 'user', id: pick(IDS) }),
    tenant: maybe(pick(IDS)),
    token: maybe({ fingerprint: pick(IDS) }),
    correlationId: maybe(pick(IDS)),
  }
}

const WORDS: Record<string, readonly string[]> = {
  type: [...TYPES, 'auth.*', 'auth.token.*', 'none.*'],
  outcome: ['success', 'failure', 'unknown'],
  severity: SEVERITIES,
  actor: [...IDS, 'gateway'],
  actorType: ['user', 'system'],
  target: IDS,
  tenant: IDS,
  token: IDS,
  correlationId: IDS,
}

function randomQuery({ random, pick }: Chooser): Record<string, string> {
  const query: Record<string, string> = { limit: String(1 + Math.floor(random() * 60)) }
  for (const [name, words] of Object.entries(WORDS)) {
    if (random() < 0.75) continue
    const list = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(words))
    query[name] = (random() < 0.4 ? '!' : '') + list.join(random() < 0.5 ? ',' : ',!')
  }

  const from = START + Math.floor(random() * 4 * DAY)
  const to = from + Math.floor(random() * 2 * DAY)
  if (random() < 0.6) query.from = new Date(from).toISOString()
  if (random() < 0.6) query.to = new Date(to).toISOString()
  const sortable = query.from && query.to
  return { ...query, sort: pick(['', '-']) + (sortable ? pick(SORTS) : 'seq') }
}

/** What a word filter means, said once more without a database. */
function passesWords(list: string, value: string | undefined): boolean {
  const words = list.split(',')
  const all = words[0].startsWith('!')
  const matches = (word: string) =>
    word.endsWith('.*') ? value?.startsWith(word.slice(0, -1)) : value === word
  const wanted = words.filter((word) => !all && !word.startsWith('!'))
  const unwanted = words.filter((word) => all || word.startsWith('!'))

  return (
    (wanted.length === 0 || wanted.some(matches)) &&
    !unwanted.some((word) => matches(word.replace('!', '')))
  )
}

const FIELDS = {
  type: 'eventType',
  outcome: 'outcome',
  severity: 'severity',
  actor: 'actorId',
  actorType: 'actorType',
  target: 'targetId',
  tenant: 'tenant',
  token: 'tokenFingerprint',
  correlationId: 'correlationId',
} as const

function passes({ body }: RecordedEvent, query: Record<string, string>): boolean {
  if (query.from && body.occurredAt < query.from) return false
  if (query.to && body.occurredAt > query.to) return false
  return Object.entries(FIELDS).every(
    ([name, field]) => query[name] === undefined || passesWords(query[name], body[field])
  )
}

function inOrder(events: RecordedEvent[], { sort }: EventQuery): number[] {
  const name = sortText(sort).replace('-', '') as 'seq' | 'severity' | 'eventType'
  const weigh = ({ body, seq }: RecordedEvent) => {
    if (name === 'seq') return seq
    if (name === 'severity') return SEVERITIES.indexOf(body.severity)
    return body[name] ?? ''
  }
  const compare = (a: RecordedEvent, b: RecordedEvent) => {
    const [left, right] = [weigh(a), weigh(b)]
    if (left === right) return a.seq - b.seq
    if (typeof left === 'string')
      return Buffer.compare(Buffer.from(left), Buffer.from(String(right)))
    return left - Number(right)
  }

  const sorted = events.toSorted(compare).map(({ seq }) => seq)
  return sort.descending ? sorted.reverse() : sorted
}

/** Reads pages up to the last one. */
async function walkPages(
  search: EventSearch,
  query: EventQuery,
  between: () => Promise<void> = async () => {}
) {
  const pages: EventPage[] = []
  let cursor: string | undefined
  do {
    const page = await search.page({ ...query, cursor })
    pages.push(page)
    cursor = page.nextCursor
    if (cursor) await between()
  } while (cursor && pages.length < 2_000)

  return { pages, seqs: pages.flatMap(({ rows }) => rows.map(({ seq }) => seq)) }
}

for (const { name, open } of auditDatabases) {
  test.group(`Searching on ${name}`, (group) => {
    group.each.timeout(60_000)

    test('finds what a plain filter finds, page by page: {title}')
      .with([
        { title: 'in one look', parts: { clock: systemClock } },
        { title: 'in narrow windows', parts: { clock: systemClock, firstWidth: 7 } },
        { title: 'short of time', parts: { clock: hurriedClock, firstWidth: 20 } },
      ])
      .run(async ({ assert }, { parts }) => {
        const { connect } = await open()
        const { trail } = testTrail(connect)
        const seed = Math.floor(Math.random() * 1e9)
        console.log(`seed ${seed}`)
        const choose = chooser(seed)
        for (let first = 0; first < EVENTS; first += 50) {
          const events = Array.from({ length: 50 }, () => randomEvent(choose))
          await Promise.all(events.map((event) => trail.record(event)))
        }
        const stored = await auditRows('', connect())
        const search = new EventSearch({ store: new EventStore(connect), ...parts })

        for (let number = 0; number < SEARCHES; number++) {
          const asked = randomQuery(choose)
          const query = await eventQueryOf(asked)
          const expected = stored.filter((event) => passes(event, asked))

          const { pages, seqs } = await walkPages(search, query)

          const what = `seed ${seed}: ${JSON.stringify(asked)}`
          assert.deepEqual(seqs, inOrder(expected, query), what)
          assert.isTrue(
            pages.every(({ rows }) => rows.length <= query.limit),
            what
          )
          const [{ count }] = pages
          if (parts.clock === systemClock) {
            assert.deepEqual(count, { value: expected.length, kind: 'exact' }, what)
          }
        }
      })

    test('holds every event once while others are recorded', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      const choose = chooser(1)
      for (let n = 0; n < 60; n++) await trail.record(randomEvent(choose))
      const search = new EventSearch({ store: new EventStore(connect), clock: systemClock })
      const range = { from: '2026-01-01', to: '2026-01-06' }

      for (const sort of ['-seq', 'seq', '-occurredAt', 'severity']) {
        const query = await eventQueryOf({ ...range, sort, limit: '7' })
        const before = (await auditRows('', connect())).map(({ seq }) => seq)
        let more = 20
        const { seqs } = await walkPages(search, query, async () => {
          if (more-- > 0) await trail.record(randomEvent(choose))
        })

        assert.lengthOf(new Set(seqs), seqs.length)
        assert.includeMembers(seqs, before)
      }
    })

    test('beyond ten thousand the count is an estimate that says so', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      for (let n = 0; n < 12; n++) {
        const events = Array.from({ length: 1_000 }, (_, index) =>
          trail.record({ type: index % 10 ? 'auth.token.requested' : 'x', outcome: 'success' })
        )
        await Promise.all(events)
      }
      const search = new EventSearch({ store: new EventStore(connect), clock: systemClock })
      const countOf = async (type: string) =>
        (await search.page(await eventQueryOf({ type }))).count

      assert.deepEqual(await countOf('x'), { value: 1_200, kind: 'exact' })
      const { value, kind } = await countOf('auth.*')
      assert.equal(kind, 'estimate')
      assert.approximately(value, 10_800, 800)
      const all = await search.page(await eventQueryOf({}))
      assert.deepEqual(all.count, { value: 12_000, kind: 'exact' })
    })

    test('sorts no more than a hundred thousand events', async ({ assert }) => {
      const { connect } = await open()
      const store = new EventStore(connect)
      store.span = async () => ({ first: 1, last: 200_000 })
      store.countDays = async (_, limit) => limit
      const search = new EventSearch({ store, clock: systemClock })
      const query = await eventQueryOf({ from: '2026-01-01', to: '2026-01-02', sort: 'outcome' })

      await assert.rejects(() => search.page(query), /more than 100000 events/)
    })

    test('an empty trail has one empty page', async ({ assert }) => {
      const { connect } = await open()
      const search = new EventSearch({ store: new EventStore(connect), clock: systemClock })

      for (const asked of [{}, { type: 'auth.*' }, { from: '2026-01-01' }]) {
        const page = await search.page(await eventQueryOf(asked))
        assert.deepEqual(page, { rows: [], count: { value: 0, kind: 'exact' } })
      }
    })

    test('a database that is gone is said to be', async ({ assert }) => {
      const { connect } = await open()
      await connect().rawQuery('ALTER TABLE audit_events RENAME TO gone')
      const search = new EventSearch({ store: new EventStore(connect), clock: systemClock })

      await assert.rejects(
        async () => search.page(await eventQueryOf({ actor: 'secret' })),
        'The audit trail cannot be read at the moment.'
      )
    })
  })
}
