import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from '#orange/sandbox/faults/fault'
import { parseFault } from '#orange/sandbox/faults/parse_fault'
import type { AcceptedMessage } from '#orange/sandbox/outbox'
import type { LoggedRequest } from '#orange/sandbox/request_log'
import { InvalidInstruction } from '#orange/sandbox/rules'
import type { SandboxSettings } from '#orange/sandbox/settings'
import { readBody, readHead } from '#orange/sandbox/wire/api_request'
import { jsonReply, type Reply } from '#orange/sandbox/wire/reply'

/** What can be done to the sandbox from outside. */
export interface Controls {
  readonly requests: readonly LoggedRequest[]
  readonly messages: readonly AcceptedMessage[]
  readonly faults: readonly Fault[]
  readonly settings: Readonly<SandboxSettings>
  fault(...scripts: Fault[]): void
  configure(changes: Partial<SandboxSettings>): void
  expireTokens(): void
  revokeTokens(): void
  reset(): void
}

type Command = (controls: Controls, body: unknown) => object

const PREFIX = '/__sandbox/'

/** Faults may carry long bodies. */
const BODY_LIMIT = 16 * 1024 * 1024

const COMMANDS: Readonly<Record<string, Command>> = {
  'GET requests': ({ requests }) => ({ data: requests }),
  'GET messages': ({ messages }) => ({ data: messages }),
  'GET faults': ({ faults }) => ({ data: faults }),
  'GET configure': ({ settings }) => ({ data: settings }),

  'POST faults': (controls, body) => {
    controls.fault(...parseScript(body))
    return { data: controls.faults }
  },
  'POST configure': (controls, body) => {
    controls.configure(body as Partial<SandboxSettings>)
    return { data: controls.settings }
  },
  'POST expire-tokens': (controls) => done(controls.expireTokens()),
  'POST revoke-tokens': (controls) => done(controls.revokeTokens()),
  'POST reset': (controls) => done(controls.reset()),
}

export function isControl(message: IncomingMessage): boolean {
  return message.url?.startsWith(PREFIX) ?? false
}

/** Answers a request to `/__sandbox/…`. Such requests are neither logged nor met by faults. */
export async function control(
  controls: Controls,
  message: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  const { status, headers, body } = await run(controls, message)
  response.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body)
}

async function run(controls: Controls, message: IncomingMessage): Promise<Reply> {
  const { method, path } = readHead(message)
  const name = `${method} ${path.slice(PREFIX.length)}`
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) return problem(404, `There is: ${Object.keys(COMMANDS).join(', ')}`)

  const body = await readBody(message, BODY_LIMIT)
  if (!body) return problem(413, `A body has at most ${BODY_LIMIT} bytes`, { Connection: 'close' })

  try {
    return jsonReply(200, command(controls, parseJson(body)))
  } catch (error) {
    if (error instanceof InvalidInstruction) return problem(400, error.message)
    throw error
  }
}

/** One fault or a list of them. All are checked before any is scripted. */
function parseScript(body: unknown): Fault[] {
  const scripts = Array.isArray(body) ? body : [body]
  return scripts.map((script, index) => {
    try {
      return parseFault(script)
    } catch (error) {
      if (!(error instanceof InvalidInstruction) || scripts.length === 1) throw error
      throw new InvalidInstruction(`fault ${index + 1}: ${error.message}`)
    }
  })
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined

  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new InvalidInstruction('the body is not JSON')
  }
}

function problem(status: number, error: string, headers = {}): Reply {
  return jsonReply(status, { error }, headers)
}

function done(_: void): object {
  return { data: 'done' }
}
