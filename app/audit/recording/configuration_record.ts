import { createHash } from 'node:crypto'
import type { AuditStore } from '#audit/stores/audit_store'
import type { AuditEvent, EventRecorder } from '#shared/event_recorder'

export type Setting = string | number | boolean | null

export interface ConfigurationRecordOptions {
  store: AuditStore
  recorder: EventRecorder

  /** What matters to an auditor, by name. Never a secret. At most twelve. */
  settings: Record<string, Setting>
}

const CHANGED = 'config.changed'

/** An event has 24 details: each setting takes one, and one more when it has changed. */
const MOST_SETTINGS = 12
const BEFORE = 'before.'

/** Longer text stands as its digest, since a detail would be cut. */
const LONGEST_TEXT = 300

/** Records the settings that the gateway runs with whenever they differ from those recorded last. */
export class ConfigurationRecord {
  readonly #options: ConfigurationRecordOptions
  readonly #settings: Record<string, Setting>

  constructor(options: ConfigurationRecordOptions) {
    const settings = Object.entries(options.settings)
    if (settings.length > MOST_SETTINGS) throw new RangeError('Too many settings for one event')

    this.#options = options
    this.#settings = Object.fromEntries(settings.map(([name, value]) => [name, bounded(value)]))
  }

  /**
   * Looks under the lock: processes that start together record a change once.
   *
   * @throws RecordingUnavailable, or the database's error
   */
  async record(): Promise<void> {
    const { store, recorder } = this.#options

    await store.transaction(async (trx) => {
      await store.lock(trx)
      const last = await store.newestBody(trx, CHANGED)
      const event = changeOf(this.#settings, last?.details)
      if (event) await recorder.record(event, trx)
    })
  }
}

/** The event that is due. @param recorded the details of the one before; without one, all is new */
function changeOf(
  settings: Record<string, Setting>,
  recorded: AuditEvent['details']
): AuditEvent | undefined {
  const changed = Object.keys(settings).filter((name) => settings[name] !== recorded?.[name])
  if (changed.length === 0) return undefined

  const before = recorded
    ? Object.fromEntries(changed.map((name) => [BEFORE + name, recorded[name] ?? null]))
    : {}
  return {
    type: CHANGED,
    outcome: 'success',
    reasonCode: recorded ? undefined : 'first_start',
    target: { type: 'configuration', id: 'gateway' },
    count: changed.length,
    details: { ...settings, ...before },
  }
}

function bounded(value: Setting): Setting {
  if (typeof value !== 'string' || value.length <= LONGEST_TEXT) return value
  return `sha256:${createHash('sha256').update(value).digest('hex')}`
}
