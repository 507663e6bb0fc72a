import db from '@adonisjs/lucid/services/db'
import type { TestContext } from '@japa/runner/core'
import { captureLogs } from '#tests/helpers/captured_logs'
import { startGateway, type ApiAnswer, type GatewayOptions } from '#tests/helpers/gateway'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

/** One row of the ledger as the table has it. */
export type MessageRow = Record<string, string | number | null>

export type SmsTrial = Awaited<ReturnType<typeof startSmsTrial>>

/**
 * A gateway whose SMS endpoint is going to misbehave. Every draw is the lowest, so backing
 * off takes no time.
 */
export async function startSmsTrial(
  context: Pick<TestContext, 'cleanup'>,
  options: Omit<GatewayOptions, 'recorder'> = {}
) {
  const recorder = new RecordingEventRecorder()
  const logs = await captureLogs(context)
  const gateway = await startGateway(context, { random: () => 0, ...options, recorder })

  return {
    ...gateway,
    recorder,
    logs,

    /** What was recorded, as `type` or `type (reasonCode)`. */
    events: () =>
      recorder.events.map(({ type, reasonCode }) =>
        reasonCode ? `${type} (${reasonCode})` : type
      ),

    /** The first SMS, which brings the first token. */
    warmUp: async () => {
      const answer = await gateway.send({ message: 'The first' })
      if (answer.status !== 201) throw new Error(`The first SMS failed: ${answer.status}`)
      return answer
    },

    /** How the message of an answer stands in the ledger: in the table, and as its sender sees it. */
    message: async ({ body }: ApiAnswer) => {
      const id = body.data?.id ?? body.messageId
      const row: MessageRow = await db.from('sms_messages').where('id', id).first()
      const seen = await gateway.call('sender', 'GET', `/api/sms/messages/${id}`)
      return { row, seen: seen.body.data as Record<string, unknown> }
    },

    /** Rows that this trial's sender has in the ledger. */
    rows: (): Promise<MessageRow[]> =>
      db.from('sms_messages').where('user_id', gateway.sender.id).orderBy('created_at'),
  }
}
