import type { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import {
  httpExchange,
  type HttpExchangeOptions,
  type ReceivedAnswer,
} from '#tests/helpers/sandbox/http_exchange'

export interface SendOptions extends HttpExchangeOptions {
  token?: string
  to?: unknown
  sender?: string

  /** Path segment of the sender; percent-encoded by default. */
  pathSender?: string

  /** Merged into the request's fields. */
  fields?: Record<string, unknown>
}

export const SENDER = 'tel:+2210000'

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

/** Asks for a token as Orange's documents say to. */
export function askForToken(
  sandbox: OrangeSandbox,
  { headers, ...options }: HttpExchangeOptions = {}
): Promise<ReceivedAnswer> {
  return httpExchange(`${sandbox.url}/oauth/v3/token`, {
    method: 'POST',
    headers: {
      'authorization': basic(sandbox.clientId, sandbox.clientSecret),
      'content-type': 'application/x-www-form-urlencoded',
      'accept': 'application/json',
      ...headers,
    },
    body: 'grant_type=client_credentials',
    ...options,
  })
}

export async function obtainToken(sandbox: OrangeSandbox): Promise<string> {
  const answer = await askForToken(sandbox)
  return JSON.parse(answer.body.toString()).access_token
}

export function sendSms(sandbox: OrangeSandbox, options: SendOptions): Promise<ReceivedAnswer> {
  const { token, to = 'tel:+221771234567', sender = SENDER, fields, headers, ...rest } = options
  const { pathSender = encodeURIComponent(sender), ...exchange } = rest
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }

  return httpExchange(`${sandbox.url}/smsmessaging/v1/outbound/${pathSender}/requests`, {
    method: 'POST',
    headers: { ...authorization, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      outboundSMSMessageRequest: {
        address: to,
        senderAddress: sender,
        outboundSMSTextMessage: { message: 'Bonjour' },
        ...fields,
      },
    }),
    ...exchange,
  })
}

export function control(
  sandbox: OrangeSandbox,
  command: string,
  body?: unknown
): Promise<ReceivedAnswer> {
  const [method, path] = command.split(' ')
  return httpExchange(`${sandbox.url}/__sandbox/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

export function json(answer: ReceivedAnswer) {
  return JSON.parse(answer.body.toString())
}

export async function statusOf(exchange: Promise<ReceivedAnswer>): Promise<number | undefined> {
  const { status } = await exchange
  return status
}

export async function failureOf(exchange: Promise<ReceivedAnswer>): Promise<string | undefined> {
  const { failure } = await exchange
  return failure
}

/** The service or policy exception of an error of the SMS platform. */
export function exception(answer: ReceivedAnswer) {
  const { serviceException, policyException } = json(answer).requestError
  return serviceException ?? policyException
}
