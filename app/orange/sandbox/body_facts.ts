import { isRecord } from '#orange/sandbox/rules'
import type { RouteName } from '#orange/sandbox/routes/orange_api'

/** What is worth knowing of a body: neither secrets nor the text of messages. */
export function bodyFacts(route: RouteName, body: Buffer): Record<string, unknown> {
  const facts = { bytes: body.length }
  if (route === 'token') return { ...facts, ...formFacts(new URLSearchParams(body.toString())) }
  if (route === 'sms') return { ...facts, ...smsFacts(parse(body)) }
  return facts
}

function formFacts(form: URLSearchParams): Record<string, unknown> {
  return {
    parameters: [...form.keys()],
    grant_type: form.get('grant_type'),
    scope: form.get('scope'),
  }
}

function smsFacts(json: unknown): Record<string, unknown> {
  const fields = isRecord(json) ? json.outboundSMSMessageRequest : undefined
  if (!isRecord(fields)) return { wellFormed: false }

  const { address, senderAddress, senderName, clientCorrelator } = fields
  const part = fields.outboundSMSTextMessage
  const message = isRecord(part) ? String(part.message) : ''
  const messageLength = message.length
  return { wellFormed: true, address, senderAddress, senderName, clientCorrelator, messageLength }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
