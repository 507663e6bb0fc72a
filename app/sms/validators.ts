import vine from '@vinejs/vine'
import type { FieldContext } from '@vinejs/vine/types'
import { parseE164 } from '#sms/phone_number'

/** Ten parts of GSM-7. Orange's own limit is not published; beyond this it is a mistake. */
const LONGEST_MESSAGE = 1_530

const e164 = vine.createRule((value: unknown, _: undefined, field: FieldContext) => {
  const number = typeof value === 'string' ? parseE164(value) : undefined
  if (number) field.mutate(number, field)
  else {
    field.report(
      'The {{ field }} field must be a telephone number in international format, such as +221771234567',
      'e164',
      field
    )
  }
})

const plainText = vine.createRule((value: unknown, _: undefined, field: FieldContext) => {
  if (typeof value !== 'string') return
  if (value.isWellFormed() && !/[^\P{Cc}\n\r\t]/u.test(value)) return
  field.report('The {{ field }} field must not contain control characters', 'plainText', field)
})

export const sendSmsValidator = vine.create({
  to: vine.string().trim().maxLength(32).use(e164()),
  message: vine.string().minLength(1).maxLength(LONGEST_MESSAGE).use(plainText()),

  /** What the handset shows as sender; has to be registered with Orange. */
  senderName: vine
    .string()
    .regex(/^[A-Za-z0-9 ]{1,11}$/)
    .optional(),

  /** The caller's own name for the message. */
  reference: vine
    .string()
    .regex(/^[\w.:/@ -]{1,64}$/)
    .optional(),
})
