import app from '@adonisjs/core/services/app'
import { Refusals } from '#access/refusals'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

/** Refusals as the application makes them, recorded where a test can look; to be swapped in. */
export async function watchedRefusals() {
  const recorder = new RecordingEventRecorder()
  const clock = new ManualClock()
  const logger = await app.container.make('logger')

  return { recorder, clock, refusals: new Refusals({ recorder, clock, logger }) }
}
