import { writeCursor } from '#audit/search/cursor'
import { type EventQuery, EventSearch } from '#audit/search/event_search'
import type { SeqSpan } from '#audit/search/seq_windows'
import { EventStore } from '#audit/stores/event_store'
import { eventQueryOf } from '#audit/search/validators'
import { systemClock } from '#shared/clock'
import { type BenchDatabase, migrateAudit, postgresBench, sqliteBench } from './audit_database.js'
import { fillEvents, FIRST_INSTANT, MS_BETWEEN } from './audit_rows.js'
import { compare, type Comparison } from './harness.js'

const TIMES = 4
const DAY_MS = 86_400_000
const UNCOUNTED = { value: 0, kind: 'estimate' } as const

/** What reviewers ask for: frequent and rare, alone and together. */
function searches(rows: number): Record<string, string>[] {
  const at = (share: number, days = 0) =>
    new Date(FIRST_INSTANT + share * rows * MS_BETWEEN + days * DAY_MS).toISOString()
  const week = { from: at(0.5), to: at(0.5, 7) }
  const half = { from: at(0.2), to: at(0.7) }

  return [
    {},
    { type: 'auth.access.denied' },
    { type: 'auth.token.*' },
    { type: '!auth.*' },
    { type: 'crypto.key.rotated' },
    { type: 'access.user.created,auth.token.request_failed' },
    { outcome: 'failure' },
    { severity: 'critical' },
    { actor: 'gateway' },
    { actor: '7' },
    { target: 'orange' },
    { target: '7150' },
    { tenant: 'tenant-7' },
    {
      token: Math.floor(rows / 1200)
        .toString(16)
        .padStart(32, '0'),
    },
    { correlationId: `request-${Math.floor(rows / 6)}` },
    week,
    half,
    { ...half, type: 'auth.token.request_failed', outcome: 'failure' },
    { from: at(0.5), to: at(0.5, 3), sort: '-severity' },
  ]
}

/**
 * A page in the middle and near the end of what a filter finds, beside the first page.
 *
 * @param kept name of a filled database to use again; otherwise one is made and removed
 */
export async function auditPages(rows: number, kept?: string): Promise<Comparison[]> {
  const comparisons: Comparison[] = []
  for (const open of [sqliteBench, postgresBench]) {
    const bench = await open(kept ?? 'bench_audit', kept !== undefined).catch(() => undefined)
    if (!bench) continue

    if (!kept) await fill(bench, rows)
    for (const asked of searches(rows)) comparisons.push(await comparePages(bench, asked, rows))
    await bench.close()
  }
  return comparisons
}

async function fill({ client }: BenchDatabase, rows: number): Promise<void> {
  await migrateAudit(client)
  await fillEvents(client, rows)
  if (client.dialect.name === 'postgres') await client.rawQuery('ANALYZE audit_events')
}

async function comparePages(
  { name, client }: BenchDatabase,
  asked: Record<string, string>,
  rows: number
): Promise<Comparison> {
  const store = new EventStore(() => client)
  const search = new EventSearch({ store, clock: systemClock })
  const query = await eventQueryOf(asked)
  const span = (await store.span(query.filters)) ?? { first: 0, last: 0 }

  const run = (depth: number) => async (times: number) => {
    for (let done = 0; done < times; done++) await search.page(pageAt(query, span, depth))
  }
  const title = `${name}, ${rows} events, a page of ${query.limit}: ${JSON.stringify(asked)}`
  const contenders = [
    { name: 'the first page', run: run(0) },
    { name: 'in the middle', run: run(0.5) },
    { name: 'near the end', run: run(0.9) },
  ]
  return compare(title, TIMES, query.sort.column === 'seq' ? contenders : contenders.slice(0, 1))
}

/** The page that begins so deep, give or take a little: no page is read twice from a cache. */
function pageAt(query: EventQuery, span: SeqSpan, depth: number): EventQuery {
  if (query.sort.column !== 'seq') return query

  const width = span.last - span.first
  const position = { seq: Math.ceil(span.last + 1 - (depth + Math.random() * 0.02) * width) }
  return { ...query, cursor: writeCursor({ position, count: UNCOUNTED }, query) }
}
