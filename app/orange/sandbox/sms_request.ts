import { isRecord } from '#orange/sandbox/rules'
import type { Refusal } from '#orange/sandbox/refusal'
import type { SandboxSettings } from '#orange/sandbox/settings'

/** What a well-formed send asks for. Addresses have the form `tel:+<digits>`. */
export interface SmsRequest {
  address: string
  senderAddress: string
  senderName?: string
  message: string
  clientCorrelator?: string
}

type Limits = Pick<SandboxSettings, 'maxMessageLength' | 'registeredSenderNames'>

const ADDRESS = /^tel:\+[1-9]\d{6,14}$/

/** Eleven letters, digits or spaces: what Orange registers. */
const SENDER_NAME = /^[A-Za-z0-9 ]{1,11}$/

/** Reads the body of a send; `pathSender` is the sender that the path named. */
export function readSmsRequest(
  body: Buffer,
  pathSender: string,
  limits: Limits
): SmsRequest | Refusal {
  if (body.length === 0) return { code: 21 }

  const json = parseJson(body)
  if (!isRecord(json)) return { code: 22 }

  const fields = json.outboundSMSMessageRequest
  if (!isRecord(fields)) return { code: 23 }
  return readFields(fields, pathSender, limits)
}

function readFields(
  fields: Record<string, unknown>,
  pathSender: string,
  limits: Limits
): SmsRequest | Refusal {
  const { senderAddress, senderName, clientCorrelator } = fields
  if (senderAddress !== pathSender) return invalid('senderAddress')
  if (clientCorrelator !== undefined && typeof clientCorrelator !== 'string') {
    return invalid('clientCorrelator')
  }

  const address = readAddress(fields.address)
  if (typeof address !== 'string') return address

  const message = readMessage(fields.outboundSMSTextMessage, limits.maxMessageLength)
  if (typeof message !== 'string') return message

  if (senderName === undefined) return { address, senderAddress, message, clientCorrelator }
  if (!isSenderName(senderName, limits.registeredSenderNames)) {
    return { messageId: 'SVC0003', variables: ['senderName', 'registered sender names'] }
  }
  return { address, senderAddress, senderName, message, clientCorrelator }
}

/** A text, or a list with one entry: both are in use. */
function readAddress(value: unknown): string | Refusal {
  if (Array.isArray(value) && value.length > 1) {
    return { messageId: 'POL0003', variables: ['address'] }
  }

  const address = Array.isArray(value) ? value[0] : value
  if (typeof address === 'string' && ADDRESS.test(address)) return address
  return { messageId: 'SVC0004', variables: ['address'] }
}

function readMessage(part: unknown, maxLength: number): string | Refusal {
  const message = isRecord(part) ? part.message : undefined
  if (typeof message !== 'string' || message === '') return invalid('outboundSMSTextMessage')
  if (message.length <= maxLength) return message
  return { messageId: 'SVC0280', variables: [String(maxLength)] }
}

function isSenderName(value: unknown, registered: string[] | null): value is string {
  if (typeof value !== 'string' || !SENDER_NAME.test(value)) return false
  return registered === null || registered.includes(value)
}

function invalid(part: string): Refusal {
  return { messageId: 'SVC0002', variables: [part] }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
