import type { ApplicationService } from '@adonisjs/core/types'
import { EventSearch } from '#audit/search/event_search'
import { ReadEvents } from '#audit/search/read_events'
import { EventStore } from '#audit/stores/event_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'

/** Binds what reads the audit trail. */
export default class AuditReadingProvider {
  constructor(protected app: ApplicationService) {}

  register() {
    const { container } = this.app

    container.singleton(EventStore, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new EventStore(() => database.connection())
    })

    container.singleton(ReadEvents, async (resolver) => {
      const store = await resolver.make(EventStore)
      return new ReadEvents({
        search: new EventSearch({ store, clock: systemClock }),
        store,
        recorder: await resolver.make(EventRecorder),
      })
    })
  }
}
