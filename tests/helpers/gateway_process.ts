import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import app from '@adonisjs/core/services/app'
import { freePort } from '#bin/free_port'
import type { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { ace } from '#tests/helpers/ace_process'
import { startNode, type NodeProcessOptions } from '#tests/helpers/boot/node_process'
import type { Variables } from '#tests/helpers/boot/production'

/** What a caller of the process got, with its body as it came. */
export interface ProcessAnswer {
  status: number
  headers: Headers
  text: string
  json: Record<string, unknown> & { data: Record<string, unknown> }
}

export interface ProcessRequest {
  bearer?: string
  body?: unknown
  raw?: string
}

export interface GatewayProcessOptions extends NodeProcessOptions {
  nodeArgs?: string[]
}

export type GatewayProcess = Awaited<ReturnType<typeof launchGateway>>

export const LISTENING = /started HTTP server/

const START_MS = 60_000
const LOOK_MS = 50

/** Variables of a gateway in production that uses this sandbox. Whatever else is set counts. */
export async function gatewayVariables(
  sandbox: OrangeSandbox,
  more: Variables
): Promise<Variables> {
  const port = String(await freePort())
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: port,
    APP_URL: `http://127.0.0.1:${port}`,
    APP_KEY: randomBytes(32).toString('hex'),
    AUDIT_SIGNING_KEY: randomBytes(32).toString('base64'),
    AUDIT_CHECKPOINT_PATH: `${more.SQLITE_PATH ?? app.makePath('tmp/gateway')}.checkpoints.ndjson`,
    LOG_LEVEL: 'info',
    SMS_SANDBOX_MODE: 'false',
    ORANGE_API_BASE_URL: sandbox.url,
    ORANGE_TOKEN_ENDPOINT: `${sandbox.url}/oauth/v3/token`,
    ORANGE_CLIENT_ID: sandbox.clientId,
    ORANGE_CLIENT_SECRET: sandbox.clientSecret,
    ORANGE_SMS_SENDER_ADDRESS: 'tel:+2210000',
    ...more,
  }
}

/** Runs a command with these variables; answers the document that it printed. */
export async function command(env: Variables, ...words: string[]) {
  const { exitCode, stdout, stderr } = await ace(words, { env })
  if (exitCode !== 0) throw new Error(`${words[0]} failed: ${stdout}${stderr}`)
  return stdout
}

/** The API token of a new user of this role. */
export async function userToken(env: Variables, role: 'sender' | 'admin'): Promise<string> {
  const email = `${role}@example.test`
  await command(env, 'user:create', email, `--role=${role}`, '--json')
  return JSON.parse(await command(env, 'user:token', email, '--name=test', '--json')).data.token
}

/** The real server, as a process of its own. It may or may not get to listen. */
export async function launchGateway(
  variables: Variables,
  { nodeArgs = [], ...options }: GatewayProcessOptions = {}
) {
  const port = variables.PORT ?? String(await freePort())
  const args = [...nodeArgs, '--import=@poppinss/ts-exec', 'bin/server.ts']
  const gateway = startNode(args, { HOST: '127.0.0.1', ...variables, PORT: port }, options)
  const url = `http://127.0.0.1:${port}`

  return {
    ...gateway,
    url,
    call: (method: string, path: string, request: ProcessRequest = {}) =>
      callProcess(method, url + path, request),
  }
}

/** A gateway as operators start it, which answers. */
export async function startGatewayProcess(
  variables: Variables,
  options?: GatewayProcessOptions
): Promise<GatewayProcess> {
  const gateway = await launchGateway(variables, options)
  let ended = false
  void gateway.ended.then(() => (ended = true))

  const deadline = performance.now() + START_MS
  while (!(await answers(gateway.url))) {
    if (ended || performance.now() > deadline) {
      throw new Error(`The gateway does not answer: ${gateway.output()}`)
    }
    await sleep(LOOK_MS)
  }
  return gateway
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/live`).catch(() => undefined)
  return Boolean(answer?.ok)
}

async function callProcess(
  method: string,
  url: string,
  options: ProcessRequest
): Promise<ProcessAnswer> {
  const body =
    options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
  const answer = await fetch(url, {
    method,
    body,
    headers: {
      ...(options.bearer ? { authorization: `Bearer ${options.bearer}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, json: parse(text) }
}

function parse(text: string): ProcessAnswer['json'] {
  try {
    return JSON.parse(text)
  } catch {
    return { data: {} }
  }
}
