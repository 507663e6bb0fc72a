import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type {
  DatabaseQueryBuilderContract,
  RawQueryBindings,
} from '@adonisjs/lucid/types/querybuilder'
import type { AuditRow } from '#audit/chain/audit_row'
import type { PersonalValue } from '#audit/recording/personal_values'
import type { Position } from '#audit/search/cursor'
import { TrailUnreadable } from '#audit/search/errors'
import type { EventFilters } from '#audit/search/event_filters'
import type { ColumnSort } from '#audit/search/event_sort'
import type { SeqSpan } from '#audit/search/seq_windows'
import { applyFilters } from '#audit/stores/filtered_events'
import { sortExpression } from '#audit/stores/sort_expression'

/** An event as it is read: its place in the chain and its evidence. */
export type FoundEvent = Pick<
  AuditRow,
  'seq' | 'event_id' | 'body' | 'fingerprint' | 'prev_fingerprint'
>

export type TimeRange = Pick<EventFilters, 'from' | 'to'>

/** An event in a sorted page, with what it was sorted by. */
export type SortedEvent = FoundEvent & { sorted_by: string | number }

const COLUMNS = ['seq', 'event_id', 'body', 'fingerprint', 'prev_fingerprint']

/** The day of an event, as its index has it: it leads from a time range to numbers. */
const DAY = 'substr(occurred_at, 1, 10)'

const LEAST_DAY = ''
const GREATEST_DAY = '~'

/** Steps from type to type through the index: there are few types and many events. */
const TYPES = `
  WITH RECURSIVE types(name) AS (
    SELECT min(event_type) FROM audit_events
    UNION ALL
    SELECT (SELECT min(event_type) FROM audit_events WHERE event_type > name)
    FROM types WHERE name IS NOT NULL
  )
  SELECT name FROM types WHERE name IS NOT NULL LIMIT ?`

/** One by one: asked for both at once, SQLite reads the whole index. */
const WHOLE_SPAN = `
  SELECT
    (SELECT min(seq) FROM audit_events) AS first,
    (SELECT max(seq) FROM audit_events) AS last`

/** Steps from day to day in the same way. */
const SPAN = `
  WITH RECURSIVE days(day) AS (
    SELECT (SELECT ${DAY} FROM audit_events WHERE ${DAY} >= :from ORDER BY ${DAY} LIMIT 1)
    UNION ALL
    SELECT (SELECT ${DAY} FROM audit_events WHERE ${DAY} > day ORDER BY ${DAY} LIMIT 1)
    FROM days WHERE day <= :to
  )
  SELECT
    min((SELECT min(seq) FROM audit_events WHERE ${DAY} = day)) AS first,
    max((SELECT max(seq) FROM audit_events WHERE ${DAY} = day)) AS last
  FROM days WHERE day <= :to`

/**
 * Finds events, on SQLite and PostgreSQL.
 *
 * Every method throws {@link TrailUnreadable} when the database fails.
 */
export class EventStore {
  readonly #connect: () => QueryClientContract

  /** @param connect the connection to use; asked for each time, since it may be replaced */
  constructor(connect: () => QueryClientContract) {
    this.#connect = connect
  }

  /** The types that were ever recorded, at most `limit`. */
  types(limit: number): Promise<string[]> {
    return guarded(async () => {
      const rows = await this.#raw<{ name: string }>(TYPES, [limit])
      return rows.map(({ name }) => name)
    })
  }

  /**
   * The numbers between which every event of the time range has its own. Events are numbered
   * when they are recorded, so there are others between them. Undefined when there is none.
   */
  span({ from, to }: TimeRange): Promise<SeqSpan | undefined> {
    return guarded(async () => {
      const [row] =
        from === undefined && to === undefined
          ? await this.#raw<Bounds>(WHOLE_SPAN)
          : await this.#raw<Bounds>(SPAN, {
              from: from?.slice(0, 10) ?? LEAST_DAY,
              to: to?.slice(0, 10) ?? GREATEST_DAY,
            })
      if (row.first === null) return undefined
      return { first: Number(row.first), last: Number(row.last) }
    })
  }

  /** Events of the window that pass the filters, by number. */
  rows(
    { first, last }: SeqSpan,
    filters: EventFilters,
    { descending, limit }: { descending: boolean; limit: number }
  ): Promise<FoundEvent[]> {
    return guarded(async () => {
      const query = this.#connect().from('audit_events').whereBetween('seq', [first, last])
      applyFilters(query, filters)
      const rows = await query
        .orderBy('seq', descending ? 'desc' : 'asc')
        .limit(limit)
        .select(COLUMNS)
      return rows.map(withNumber)
    })
  }

  /** How many events of the window pass the filters, counted up to `limit`. */
  count({ first, last }: SeqSpan, filters: EventFilters, limit: number): Promise<number> {
    return guarded(async () => {
      const passing = this.#connect()
        .query()
        .from('audit_events')
        .whereBetween('seq', [first, last])
      applyFilters(passing, filters)
      return this.#count(passing.limit(limit))
    })
  }

  /** How many events there are about that time, counted up to `limit`. */
  countDays({ from, to }: Required<TimeRange>, limit: number): Promise<number> {
    return guarded(() => this.#count(this.#days({ from, to }).limit(limit)))
  }

  /** Events of a time range that pass the filters, in another order than their numbers'. */
  sorted(
    filters: EventFilters & Required<TimeRange>,
    { column, descending }: ColumnSort,
    { after, limit }: { after?: Position; limit: number }
  ): Promise<SortedEvent[]> {
    return guarded(async () => {
      const expression = sortExpression(column, this.#connect().dialect.name)
      const [direction, beyond] = descending ? (['desc', '<'] as const) : (['asc', '>'] as const)
      const query = this.#days(filters)
      applyFilters(query, filters)
      if (after) query.whereRaw(`(${expression}, seq) ${beyond} (?, ?)`, [after.value!, after.seq])

      const rows = await query
        .orderByRaw(`${expression} ${direction}, seq ${direction}`)
        .limit(limit)
        .select(COLUMNS)
        .select(this.#connect().raw(`${expression} AS sorted_by`))
      return rows.map(withNumber)
    })
  }

  find(eventId: string): Promise<FoundEvent | undefined> {
    return guarded(async () => {
      const row = await this.#connect()
        .from('audit_events')
        .where('event_id', eventId)
        .select(COLUMNS)
        .first()
      return row ? withNumber(row) : undefined
    })
  }

  /** What has not been erased of these events. */
  personalValues(eventIds: (string | null)[]): Promise<(PersonalValue & { event_id: string })[]> {
    return guarded(() =>
      this.#connect()
        .from('audit_personal_values')
        .whereIn('event_id', eventIds as string[])
        .select('event_id', 'field', 'salt', 'value')
    )
  }

  #days({ from, to }: Required<TimeRange>) {
    return this.#connect()
      .query()
      .from('audit_events')
      .whereRaw(`${DAY} BETWEEN ? AND ?`, [from.slice(0, 10), to.slice(0, 10)])
  }

  async #count(passing: DatabaseQueryBuilderContract<any>): Promise<number> {
    const row = await this.#connect()
      .from(passing.select(this.#connect().raw('1')).as('passing'))
      .count('* as total')
      .first()
    return Number(row.total)
  }

  async #raw<Row>(sql: string, bindings: RawQueryBindings = {}): Promise<Row[]> {
    const answer = await this.#connect().rawQuery(sql, bindings)
    return this.#connect().dialect.name === 'postgres' ? answer.rows : answer
  }
}

interface Bounds {
  first: string | number | null
  last: string | number | null
}

function withNumber<Row extends { seq: unknown }>(row: Row): Row & { seq: number } {
  return { ...row, seq: Number(row.seq) }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new TrailUnreadable(error)
  }
}
