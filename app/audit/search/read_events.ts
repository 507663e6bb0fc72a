import type { Actor, AuditEvent, EventRecorder } from '#shared/event_recorder'
import { EventNotFound, EventsReadOnly } from '#audit/search/errors'
import { type EventFilters, recordedAs, type WordFilter } from '#audit/search/event_filters'
import type { EventPage, EventQuery, EventSearch } from '#audit/search/event_search'
import { sortText } from '#audit/search/event_sort'
import { type EventView, eventView } from '#audit/search/event_view'
import type { EventStore, FoundEvent } from '#audit/stores/event_store'

/** Who looks into the trail, and in which request. */
export interface Reader {
  actor: Actor
  correlationId?: string
}

export interface ReadPage extends Omit<EventPage, 'rows'> {
  events: EventView[]
}

/** Somebody who tries to change events. */
export interface Attempt {
  method: string

  /** The route's pattern. */
  route: string
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/**
 * Reads the trail, and records who read what before handing it out: what was read
 * without a trace cannot be taken back.
 */
export class ReadEvents {
  readonly #search: EventSearch
  readonly #store: EventStore
  readonly #recorder: EventRecorder

  constructor(needs: { search: EventSearch; store: EventStore; recorder: EventRecorder }) {
    this.#search = needs.search
    this.#store = needs.store
    this.#recorder = needs.recorder
  }

  /**
   * @throws {CursorRefused}
   * @throws {RangeTooLarge}
   * @throws {TrailUnreadable}
   * @throws {RecordingUnavailable} and then nothing is handed out
   */
  async list(query: EventQuery, reader: Reader): Promise<ReadPage> {
    const { rows, ...page } = await this.#search.page(query)
    const events = await this.#views(rows)

    const { details, comment } = recordedAs(textsOf(query.filters))
    await this.#record(reader, {
      outcome: 'success',
      comment,
      details: { ...details, ...orderOf(query), count: events.length },
    })
    return { events, ...page }
  }

  /**
   * @throws {EventNotFound}
   * @throws {TrailUnreadable}
   * @throws {RecordingUnavailable} and then nothing is handed out
   */
  async show(eventId: string, reader: Reader): Promise<EventView> {
    if (!UUID.test(eventId)) throw new EventNotFound()

    const row = await this.#store.find(eventId.toLowerCase())
    const target = { type: 'audit_event', id: eventId.toLowerCase() }
    if (!row) {
      await this.#record(reader, { outcome: 'failure', reasonCode: 'not_found', target })
      throw new EventNotFound()
    }

    const [view] = await this.#views([row])
    await this.#record(reader, { outcome: 'success', target, details: { count: 1 } })
    return view
  }

  /**
   * @throws {EventsReadOnly} always, once it is recorded
   * @throws {RecordingUnavailable}
   */
  async refuseChange({ method, route }: Attempt, { actor, correlationId }: Reader): Promise<never> {
    await this.#recorder.record({
      type: 'auth.access.denied',
      outcome: 'failure',
      severity: 'medium',
      reasonCode: 'method_not_allowed',
      actor,
      correlationId,
      httpStatus: 405,
      details: { ability: 'audit:read', method, route },
    })
    throw new EventsReadOnly()
  }

  async #views(rows: FoundEvent[]): Promise<EventView[]> {
    const values = await this.#store.personalValues(rows.map(({ event_id: id }) => id))
    const valuesOf = Map.groupBy(values, ({ event_id: id }) => id)
    return rows.map((row) => eventView(row, valuesOf.get(row.event_id!) ?? []))
  }

  #record({ actor, correlationId }: Reader, event: Omit<AuditEvent, 'type'>): Promise<void> {
    return this.#recorder.record({ type: 'audit.read', actor, correlationId, ...event })
  }
}

function orderOf({ sort, limit, cursor }: EventQuery) {
  return { sort: sortText(sort), limit, continued: cursor !== undefined }
}

/** What was asked for, by the names of the parameters. */
function textsOf({ from, to, words }: EventFilters): Record<string, string> {
  const texts = Object.entries(words).map(([name, filter]) => [name, textOf(filter)])
  return Object.fromEntries([
    ...(from ? [['from', from]] : []),
    ...(to ? [['to', to]] : []),
    ...texts,
  ])
}

function textOf({ oneOf, noneOf }: WordFilter): string {
  return [...oneOf, ...noneOf.map((word) => `!${word}`)].join(',')
}
