import vine, { SimpleMessagesProvider } from '@vinejs/vine'
import { instantOf } from '#audit/retention/instant'

/** Why somebody did something, for the trail. That of a legal hold cannot be erased. */
const reason = () => vine.string().trim().minLength(3).maxLength(500)

const isInstant = vine.createRule((value, { end }: { end: boolean }, field) => {
  const instant = typeof value === 'string' ? instantOf(value, end) : undefined
  if (instant) field.mutate(instant, field)
  else {
    field.report(
      'The {{ field }} field must be an instant such as 2026-01-31T12:00:00Z, or a date',
      'instant',
      field
    )
  }
})

const isAfterFrom = vine.createRule((value, _: undefined, field) => {
  const { from } = field.parent as { from?: unknown }
  const begin = typeof from === 'string' ? instantOf(from) : undefined
  if (begin && String(value) < begin) {
    field.report('The {{ field }} field must not be before from', 'afterFrom', field)
  }
})

const holdRange = {
  from: vine
    .string()
    .use(isInstant({ end: false }))
    .optional(),
  to: vine
    .string()
    .use(isInstant({ end: true }))
    .use(isAfterFrom())
    .optional(),
}

export const placeHoldValidator = vine.create({ ...holdRange, reason: reason() })

export const releaseHoldValidator = vine.create({ reason: reason() })

export const holdListValidator = vine.create({
  limit: vine.number().withoutDecimals().range([1, 200]).optional(),
  cursor: vine
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
})

export const erasureValidator = vine.create({
  actor: vine.string().minLength(1).maxLength(128).optional(),
  before: vine
    .string()
    .use(isInstant({ end: false }))
    .optional(),
  reason: reason(),
})
erasureValidator.messagesProvider = new SimpleMessagesProvider({
  'reason.required': 'Say why, with --reason',
})
