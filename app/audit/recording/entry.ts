import { randomUUID } from 'node:crypto'
import type { AuditEvent } from '#shared/event_recorder'
import type { RecordingFacts } from '#audit/recording/audit_body'
import {
  commitmentsOf,
  type PersonalValue,
  personalValuesOf,
} from '#audit/recording/personal_values'

/** An event on its way into the trail, with what does not change when writing it is tried again. */
export interface Entry {
  event: AuditEvent
  facts: Pick<RecordingFacts, 'eventId' | 'instanceId' | 'commitments'>
  personalValues: PersonalValue[]
}

/** @param instanceId names the process that records */
export function entryOf(event: AuditEvent, instanceId: string): Entry {
  const personalValues = personalValuesOf(event)
  const commitments = commitmentsOf(personalValues)

  return { event, facts: { eventId: randomUUID(), instanceId, commitments }, personalValues }
}
