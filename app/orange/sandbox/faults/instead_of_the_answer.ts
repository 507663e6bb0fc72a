import { setTimeout as delay } from 'node:timers/promises'
import type { FaultOf } from '#orange/sandbox/faults/fault'
import type { Player, Stage } from '#orange/sandbox/faults/players'
import { jsonReply, type Reply } from '#orange/sandbox/wire/reply'

type Kind = 'answer' | 'hang' | 'accept-then-hang' | 'bad-chunks' | 'redirect' | 'echo'

const BAD_CHUNKS = [
  'HTTP/1.1 200 OK',
  'Content-Type: application/json',
  'Transfer-Encoding: chunked',
  '',
  'not a length',
  '{"access_token":',
  '',
].join('\r\n')

/** Faults that take the place of the real answer. */
export const instead: { [K in Kind]: Player<K> } = {
  async 'answer'(fault, { exchange }) {
    if (fault.delayMs) await delay(fault.delayMs, undefined, { ref: false })
    exchange.send(scriptedReply(fault))
  },

  async 'hang'() {},

  async 'accept-then-hang'(_, { answer }) {
    await answer()
  },

  async 'bad-chunks'(_, { exchange }) {
    exchange.writeRaw(BAD_CHUNKS)
    exchange.hangUp()
  },

  async 'redirect'({ status = 302, location }, { exchange }) {
    exchange.send({ status, headers: { Location: location }, body: Buffer.alloc(0) })
  },

  async 'echo'({ status = 400 }, stage) {
    stage.exchange.send(echo(status, stage))
  },
}

function scriptedReply({ status = 200, headers = {}, body, bodyBase64 }: FaultOf<'answer'>): Reply {
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return {
    status,
    headers: hasType ? headers : { 'Content-Type': 'application/json', ...headers },
    body: bodyBase64 === undefined ? Buffer.from(body ?? '') : Buffer.from(bodyBase64, 'base64'),
  }
}

/** In every place that some client reads an error from. */
function echo(status: number, { exchange: { request } }: Stage): Reply {
  const authorization = request.headers.authorization ?? ''
  const said = `authorization ${authorization}, body ${request.body}`
  const body = {
    error: 'echo',
    error_description: said,
    code: 22,
    message: said,
    description: said,
    requestError: {
      serviceException: { messageId: 'SVC0002', text: said, variables: [said] },
    },
  }
  return jsonReply(status, body, {
    'X-Echo-Authorization': authorization,
    'Set-Cookie': `session=${encodeURIComponent(authorization)}; Path=/`,
  })
}
