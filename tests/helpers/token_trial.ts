import type { TestContext } from '@japa/runner/core'
import { captureLogs } from '#tests/helpers/captured_logs'
import { startGateway, type GatewayOptions } from '#tests/helpers/gateway'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

/** Stands in bad answers where a token or a secret could stand: it must turn up nowhere. */
export const CANARY = 'canary-Zm9yLXlvdXItZXllcy1vbmx5'

export type TokenTrial = Awaited<ReturnType<typeof startTokenTrial>>

/**
 * A gateway whose token endpoint is going to misbehave. Time stands still and every draw
 * is the highest, so the first failure of a caller pauses for 500 ms, longer than anybody waits:
 * one send is one token request.
 */
export async function startTokenTrial(
  context: Pick<TestContext, 'cleanup'>,
  { oauth, ...options }: Omit<GatewayOptions, 'clock' | 'recorder'> & { clock?: ManualClock } = {}
) {
  const clock = options.clock ?? new ManualClock()
  const recorder = new RecordingEventRecorder()
  const logs = await captureLogs(context)
  const gateway = await startGateway(context, {
    random: () => 1,
    ...options,
    oauth: { waitMs: 100, ...oauth },
    clock,
    recorder,
  })

  return {
    ...gateway,
    clock,
    recorder,
    logs,

    /** What was recorded, as `type` or `type (reasonCode)`. */
    events: () =>
      recorder.events.map(({ type, reasonCode }) =>
        reasonCode ? `${type} (${reasonCode})` : type
      ),
    async sendStatus() {
      const { status } = await gateway.send()
      return status
    },
    async healthBody(query?: string) {
      const { body } = await gateway.health(query)
      return body
    },
    refresh: () => gateway.call('admin', 'POST', '/api/oauth/refresh', { reason: 'a test' }),
    clear: () => gateway.call('admin', 'DELETE', '/api/oauth/token?reason=a+test'),
  }
}
