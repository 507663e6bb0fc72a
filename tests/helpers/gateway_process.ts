import { randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import app from '@adonisjs/core/services/app'
import type { TestContext } from '@japa/runner/core'
import { ace } from '#tests/helpers/ace_process'
import { freePort } from '#bin/free_port'
import type { OrangeSandbox } from '#orange/sandbox/orange_sandbox'

type Variables = Record<string, string>

/** What a caller of the process got, with its body as it came. */
export interface ProcessAnswer {
  status: number
  headers: Headers
  text: string
  json: Record<string, unknown> & { data: Record<string, unknown> }
}

const START_MS = 60_000

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

/** A gateway as its own process, as operators start it. It ends with the test at the latest. */
export async function startGatewayProcess(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  env: Variables
) {
  const child = spawn(process.execPath, ['--import=@poppinss/ts-exec', 'bin/server.ts'], {
    cwd: app.makePath(),
    env: { PATH: process.env.PATH, ...env },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (output.stdout += chunk))
  child.stderr.on('data', (chunk) => (output.stderr += chunk))

  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'close')
  }
  cleanup(stop)
  await live(env.APP_URL, () => {
    if (child.exitCode !== null)
      throw new Error(`The gateway ended: ${output.stdout}${output.stderr}`)
  })

  return {
    output,
    stop,

    /** As the kernel does it when memory runs out: nothing is tidied up. */
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
    call: (method: string, path: string, options: Parameters<typeof callProcess>[2] = {}) =>
      callProcess(method, `${env.APP_URL}${path}`, options),
  }
}

async function live(url: string, check: () => void): Promise<void> {
  const deadline = Date.now() + START_MS

  while (Date.now() < deadline) {
    check()
    const answer = await fetch(`${url}/health/live`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('The gateway did not start')
}

async function callProcess(
  method: string,
  url: string,
  options: { bearer?: string; body?: unknown; raw?: string }
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
