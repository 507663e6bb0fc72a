import { parsePhoneNumberFromString } from 'libphonenumber-js'

/** A plus, digits, and what people put between them. No extension, no parameters, no words. */
const WRITTEN = /^\+[\d ().-]{4,30}$/

/**
 * A telephone number in E.164, or undefined. Checked by its country and length, not by
 * number ranges: those change faster than any table, and Orange knows them.
 */
export function parseE164(text: string): string | undefined {
  if (!WRITTEN.test(text)) return undefined
  const number = parsePhoneNumberFromString(text)
  return number?.isPossible() ? number.number : undefined
}

/** Of several senders, the one of the recipient's country; the first where there is none. */
export function senderFor(recipient: string, senders: readonly string[]): string {
  const code = parsePhoneNumberFromString(recipient)?.countryCallingCode
  return senders.find((sender) => sender.startsWith(`+${code}`)) ?? senders[0]
}
