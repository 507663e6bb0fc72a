import { parsePhoneNumberFromString } from 'libphonenumber-js'

/**
 * A telephone number in E.164, or undefined. Checked by its country and length, not by
 * number ranges: those change faster than any table, and Orange knows them.
 */
export function parseE164(text: string): string | undefined {
  if (!text.startsWith('+')) return undefined
  const number = parsePhoneNumberFromString(text, { extract: false })
  return number?.isPossible() && !number.ext ? number.number : undefined
}

/** Of several senders, the one of the recipient's country; the first where there is none. */
export function senderFor(recipient: string, senders: readonly string[]): string {
  const code = parsePhoneNumberFromString(recipient)?.countryCallingCode
  return senders.find((sender) => sender.startsWith(`+${code}`)) ?? senders[0]
}
