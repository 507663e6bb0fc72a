import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { test } from '@japa/runner'
import { RecordingOutage } from '#audit/recording/recording_outage'
import type { AuditEvent } from '#shared/event_recorder'
import { ManualClock } from '#tests/helpers/manual_clock'

const START = Date.UTC(2026, 0, 1)

function outages() {
  const clock = new ManualClock(START)
  const told: AuditEvent[] = []
  const disk = { write: async () => {} }
  const outage = new RecordingOutage({
    clock,
    logger: new LoggerFactory().create(),
    append: async (event) => {
      await disk.write()
      told.push(event)
    },
  })
  const facts = () =>
    told.map(({ durationMs, count, details }) => [details?.since, durationMs, count])
  return { clock, outage, disk, facts }
}

const at = (ms: number) => new Date(START + ms).toISOString()

test.group('An outage of recording', () => {
  test('is told once, with all that was refused', async ({ assert }) => {
    const { clock, outage, facts } = outages()
    outage.failed(new Error('down'))
    await clock.advance(60_000)
    outage.failed(new Error('down'))
    await clock.advance(1_000)

    await Promise.all([outage.worked(), outage.worked()])
    await outage.worked()

    assert.deepEqual(facts(), [[at(0), 61_000, 2]])
  })

  test('that begins while the one before is told is an outage of its own', async ({ assert }) => {
    const { clock, outage, disk, facts } = outages()
    outage.failed(new Error('down'))
    await clock.advance(10_000)
    disk.write = async () => {
      await clock.advance(10_000)
      outage.failed(new Error('down again'))
    }
    await outage.worked()
    disk.write = async () => {}
    await clock.advance(10_000)
    await outage.worked()

    assert.deepEqual(facts(), [
      [at(0), 10_000, 1],
      [at(20_000), 10_000, 1],
    ])
  })

  test('is told the next time where telling it fails', async ({ assert }) => {
    const { clock, outage, disk, facts } = outages()
    outage.failed(new Error('down'))
    disk.write = () => Promise.reject(new Error('down again'))
    await outage.worked()
    disk.write = async () => {}
    await clock.advance(5_000)
    await outage.worked()

    assert.deepEqual(facts(), [[at(0), 5_000, 1]])
  })
})
