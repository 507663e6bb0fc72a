import { setImmediate as nextTurn } from 'node:timers/promises'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { Secret } from '@adonisjs/core/helpers'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { AuditTrail } from '#audit/recording/audit_trail'
import { ChainGuard } from '#audit/chain/chain_guard'
import { SigningKey } from '#audit/chain/signing_key'
import { TrustedKeys } from '#audit/chain/trusted_keys'
import { AuditStore } from '#audit/stores/audit_store'
import { systemClock } from '#shared/clock'
import { eventOf } from './audit_events.js'
import { type AuditPlace, auditPlaces, type Row } from './audit_places.js'
import { closedLoop, compareLoads, type Comparison } from './harness.js'

const CALLERS = 64
const EVENTS = 4_000

/** One event as it stands in the tables: by column. */
interface Rows {
  event: Row
  personal: Row[]
}

/** Recording beside the least that any group commit of the same rows has to do. */
export function appending(): (() => Promise<Comparison>)[] {
  return auditPlaces('bench_audit_append').map((place) => async () => {
    const rows = await rowsOf(place)
    return compareLoads(`Recording an event on ${place.name}, ${CALLERS} callers`, [
      { name: 'the same rows, one commit a group, nothing else', run: () => raw(place, rows) },
      { name: 'record()', run: () => ours(place) },
    ])
  })
}

/** What recording writes, byte by byte. */
async function rowsOf(place: AuditPlace): Promise<Rows[]> {
  return place.fresh(async (client) => {
    await record(client)
    const events = await client.from('audit_events').select('*').orderBy('seq')
    const values = await client.from('audit_personal_values').select('*')
    const personal = Map.groupBy(values, (value) => value.event_id)
    return events.map((event) => ({ event, personal: personal.get(event.event_id) ?? [] }))
  })
}

export function ours(place: AuditPlace) {
  return place.fresh(record)
}

export async function record(client: QueryClientContract) {
  const signingKey = new SigningKey(new Secret(Buffer.alloc(32, 1).toString('base64')))
  const trail = new AuditTrail({
    store: new AuditStore(() => client, 'main'),
    guard: new ChainGuard(new TrustedKeys([signingKey.publicKey]), 'main'),
    signingKey,
    clock: systemClock,
    logger: new LoggerFactory().create(),
    instanceId: 'bench:1',
  })
  return closedLoop(CALLERS, EVENTS, (number) => trail.record(eventOf(number)))
}

function raw(place: AuditPlace, rows: Rows[]) {
  return place.fresh(async () => {
    const driver = await place.driver()
    const waiting: { rows: Rows; resolve: () => void }[] = []
    let working = false

    const work = async () => {
      working = true
      while (waiting.length > 0) {
        await nextTurn()
        const group = waiting.splice(0)
        await driver.insertCommitted({
          audit_events: group.map(({ rows: { event } }) => event),
          audit_personal_values: group.flatMap(({ rows: { personal } }) => personal),
        })
        for (const { resolve } of group) resolve()
      }
      working = false
    }

    const load = await closedLoop(CALLERS, EVENTS, (number) => {
      return new Promise<void>((resolve) => {
        waiting.push({ rows: rows[number], resolve })
        if (!working) void work()
      })
    })
    await driver.close()
    return load
  })
}
