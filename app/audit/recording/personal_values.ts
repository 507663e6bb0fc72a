import { createHash, randomBytes } from 'node:crypto'
import type { AuditEvent } from '#shared/event_recorder'
import { boundedText } from '#audit/recording/bounded_text'

/** A personal value as it stands beside the chain, where it can be erased with its salt. */
export interface PersonalValue {
  field: 'sourceIp' | 'actorSubject' | 'comment'
  salt: string
  value: string
}

/** What stays in the chain for each personal value, by field. */
export type Commitments = Partial<Record<PersonalValue['field'], string>>

const LONGEST_ADDRESS = 64

/** OpenID Connect Core §2 allows 255. */
const LONGEST_SUBJECT = 256
const LONGEST_COMMENT = 1_000
const SALT_BYTES = 32

export function personalValuesOf(event: AuditEvent): PersonalValue[] {
  return [
    ...personalValue('sourceIp', event.actor?.sourceIp, LONGEST_ADDRESS),
    ...personalValue('actorSubject', event.actor?.subject, LONGEST_SUBJECT),
    ...personalValue('comment', event.comment, LONGEST_COMMENT),
  ]
}

/**
 * Proves what the value was while value and salt are kept. Without the salt it says
 * nothing, not even about a guessed address.
 */
export function commitmentOf({ salt, value }: Pick<PersonalValue, 'salt' | 'value'>): string {
  return createHash('sha256').update(Buffer.from(salt, 'hex')).update(value, 'utf8').digest('hex')
}

/** The part of an event's body that stands for its personal values. */
export function commitmentsOf(values: PersonalValue[]): Commitments | undefined {
  if (values.length === 0) return undefined
  return Object.fromEntries(values.map((value) => [value.field, commitmentOf(value)]))
}

function personalValue(
  field: PersonalValue['field'],
  text: string | undefined,
  longest: number
): PersonalValue[] {
  if (!text) return []

  const salt = randomBytes(SALT_BYTES).toString('hex')
  return [{ field, salt, value: boundedText(text, longest) }]
}
