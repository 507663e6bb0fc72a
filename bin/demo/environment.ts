import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free_port.js'
import type { OrangeSandbox } from '#orange/sandbox/orange_sandbox'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDER = join(ROOT, 'tmp', 'demo')

/** Where the demonstration's gateway lives: a fresh database, new keys, a free port. */
export class Environment {
  readonly root = ROOT
  readonly sqlitePath = join(FOLDER, 'gateway.sqlite3')
  readonly url: string
  readonly variables: NodeJS.ProcessEnv

  static async prepare(sandbox: OrangeSandbox): Promise<Environment> {
    await rm(FOLDER, { recursive: true, force: true })
    await mkdir(FOLDER, { recursive: true })
    return new Environment(sandbox, await freePort())
  }

  private constructor(sandbox: OrangeSandbox, port: number) {
    this.url = `http://127.0.0.1:${port}`
    this.variables = {
      PATH: process.env.PATH,
      // Where no .env file is: the project's own must not change what is shown.
      ENV_PATH: FOLDER,
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: String(port),
      APP_URL: this.url,
      APP_KEY: randomBytes(32).toString('hex'),
      AUDIT_SIGNING_KEY: randomBytes(32).toString('base64'),
      AUDIT_CHECKPOINT_PATH: join(FOLDER, 'audit-checkpoints.ndjson'),
      LOG_LEVEL: 'warn',
      DB_CONNECTION: 'sqlite',
      SQLITE_PATH: this.sqlitePath,
      SMS_ENABLED: 'true',
      SMS_SANDBOX_MODE: 'false',
      ORANGE_API_BASE_URL: sandbox.url,
      ORANGE_TOKEN_ENDPOINT: `${sandbox.url}/oauth/v3/token`,
      ORANGE_CLIENT_ID: sandbox.clientId,
      ORANGE_CLIENT_SECRET: sandbox.clientSecret,
      ORANGE_SMS_SENDER_ADDRESS: 'tel:+2210000',
    }
  }
}
