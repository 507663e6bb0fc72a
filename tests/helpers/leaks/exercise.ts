import type { Fault } from '#orange/sandbox/faults/fault'
import type { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import type { GatewayProcess, ProcessAnswer } from '#tests/helpers/gateway_process'
import type { Secrets } from '#tests/helpers/leaks/secrets'

type Call = GatewayProcess['call']

export interface Exercise {
  call: Call
  sandbox: OrangeSandbox
  known: Secrets
  sender: string
  admin: string
}

/** Answers of a gateway by what was tried, in order. */
export type Answers = [what: string, answer: ProcessAnswer][]

const RESOURCE = 'https://api.orange.com/smsmessaging/v1/outbound/tel:+2210000/requests/some-id'

const CREATED = {
  on: 'sms',
  kind: 'answer',
  status: 201,
  body: JSON.stringify({ outboundSMSMessageRequest: { resourceURL: RESOURCE } }),
} as const satisfies Fault

function tokenAnswer(accessToken: string): Fault {
  const body = { token_type: 'Bearer', access_token: accessToken, expires_in: 3600 }
  return { on: 'token', kind: 'answer', status: 200, body: JSON.stringify(body) }
}

/** Answers of a token endpoint that holds a token or our credentials where it should not. */
function badTokenAnswers([, , token]: string[]): Fault[] {
  const bodies = [
    token,
    `<html>${token}</html>`,
    `{"access_token":"${token}"`,
    `{"access_token":"${token}","access_token":"${token}","token_type":"Bearer"}`,
    `{"access_token":"${token}\\r\\nX: 1","token_type":"Bearer","expires_in":60}`,
    `{"access_token":"${token}","token_type":"mac","expires_in":60}`,
    `{"access_token":["${token}"],"token_type":"Bearer"}`,
    `{"access_token":"${token}","token_type":"Bearer","expires_in":"${token}"}`,
  ]
  const refusals = [400, 401, 403, 500, 503].map((status) => ({
    status,
    body: JSON.stringify({ error: token, error_description: token, code: token }),
  }))

  return [
    ...[400, 401, 200, 500].map((status) => ({ on: 'token', kind: 'echo', status }) as const),
    ...bodies.map((body) => ({ on: 'token', kind: 'answer', status: 200, body }) as const),
    ...refusals.map((refusal) => ({ on: 'token', kind: 'answer', ...refusal }) as const),
    { on: 'token', kind: 'redirect', location: `http://127.0.0.1:9/?token=${token}` },
    { on: 'token', kind: 'truncate' },
    { on: 'token', kind: 'reset', at: 'body' },
    { on: 'token', kind: 'bad-chunks' },
  ]
}

/** Takes a gateway through everything that touches a secret, well and badly. */
export class Exerciser {
  readonly #parts: Exercise
  readonly answers: Answers = []

  constructor(parts: Exercise) {
    this.#parts = parts
  }

  async sends(): Promise<void> {
    const { sandbox, known } = this.#parts
    sandbox.fault(tokenAnswer(known.tokens[0]), CREATED)
    await this.#send('a send')
    for (const status of [400, 403, 500, 201]) {
      sandbox.fault({ on: 'sms', kind: 'echo', status })
      await this.#send(`a send that is echoed with ${status}`)
    }

    sandbox.fault(tokenAnswer(known.tokens[1]))
    await this.#send('a send whose token is refused twice')
    await this.#send('a send while nobody asks')
  }

  async badTokens(): Promise<void> {
    const { sandbox, known } = this.#parts
    for (const fault of badTokenAnswers(known.tokens)) {
      sandbox.fault(fault)
      await this.#refresh(`a refresh that meets ${JSON.stringify(fault)}`)
    }
    await this.#admin('health while it fails', 'GET', '/api/oauth/health')
  }

  async goodTokens(): Promise<void> {
    const { sandbox, known } = this.#parts
    await this.#refresh('a refresh with a token of the sandbox')
    await this.#send('a send with a token of the sandbox')

    sandbox.fault(tokenAnswer(known.tokens[3]))
    await this.#refresh('a refresh')
    await this.#admin('health', 'GET', '/api/oauth/health')
    await this.#admin('clear', 'DELETE', '/api/oauth/token?reason=a+test')
    sandbox.fault(tokenAnswer(known.tokens[4]))
    await this.#admin('a probe', 'GET', '/api/oauth/health?probe=true')
  }

  /** Takes as long as the deadlines do. */
  async silence(): Promise<void> {
    this.#parts.sandbox.fault(
      { on: 'sms', kind: 'accept-then-hang' },
      { on: 'token', kind: 'hang' }
    )
    await Promise.all([
      this.#send('a send that is never answered'),
      this.#refresh('a refresh that is never answered'),
    ])
  }

  async strangers(): Promise<void> {
    const { known, call, sender } = this.#parts
    const { number, message, strangersToken } = known
    const path = '/api/sms/send'

    await this.#note('nobody', call('POST', path, { body: { to: number, message } }))
    await this.#note(
      'a stranger',
      call('POST', path, { bearer: strangersToken, body: { message } })
    )
    for (const wrong of [
      { to: [number], message },
      { to: number, message: { message } },
      [message],
    ]) {
      await this.#note('a wrong body', call('POST', path, { bearer: sender, body: wrong }))
    }
    const raw = `{"to":"${number}","message":"${message}"`
    await this.#note('a broken body', call('POST', path, { bearer: sender, raw }))

    const unknown = `/api/sms/messages/${encodeURIComponent(number)}`
    await this.#note('no message', call('GET', unknown, { bearer: sender }))
    const query = `${path}?to=${encodeURIComponent(number)}&message=${encodeURIComponent(message)}`
    await this.#note('a query', call('POST', query, { bearer: sender, body: {} }))
    await this.#note('no route', call('GET', `/nowhere/${encodeURIComponent(message)}`))
    await this.#note('readiness without the secret', call('GET', '/health/ready'))
  }

  async #send(what: string): Promise<void> {
    const { call, sender, known } = this.#parts
    const body = { to: known.number, message: known.message }
    const answer = await this.#note(what, call('POST', '/api/sms/send', { bearer: sender, body }))

    const id = answer.json.data?.id ?? answer.json.messageId
    if (id)
      await this.#note(
        `${what}, looked up`,
        call('GET', `/api/sms/messages/${id}`, { bearer: sender })
      )
  }

  #refresh(what: string): Promise<ProcessAnswer> {
    return this.#admin(what, 'POST', '/api/oauth/refresh', { reason: 'a test' })
  }

  #admin(what: string, method: string, path: string, body?: object): Promise<ProcessAnswer> {
    const { call, admin } = this.#parts
    return this.#note(what, call(method, path, { bearer: admin, body }))
  }

  async #note(what: string, answering: Promise<ProcessAnswer>): Promise<ProcessAnswer> {
    const answer = await answering
    this.answers.push([what, answer])
    return answer
  }
}
