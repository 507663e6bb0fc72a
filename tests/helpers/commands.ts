import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { TestContext } from '@japa/runner/core'
import app from '@adonisjs/core/services/app'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { ace } from '#tests/helpers/ace_process'
import { commandDatabase } from '#tests/helpers/command_database'

/** Commands over a database and a sandbox of their own. */
export async function commands({ cleanup }: Pick<TestContext, 'cleanup'>) {
  const database = await commandDatabase()
  cleanup(() => database.remove())
  const sandbox = await OrangeSandbox.start({ sendsPerSecond: null })
  cleanup(() => sandbox.stop())
  const variables = {
    ...database.env,
    APP_KEY: randomBytes(32).toString('hex'),
    SMS_SANDBOX_MODE: 'false',
    ORANGE_API_BASE_URL: sandbox.url,
    ORANGE_TOKEN_ENDPOINT: `${sandbox.url}/oauth/v3/token`,
    ORANGE_CLIENT_ID: sandbox.clientId,
    ORANGE_CLIENT_SECRET: sandbox.clientSecret,
    ORANGE_SMS_SENDER_ADDRESS: 'tel:+2210000',
  }

  const say = (...words: string[]) => ace(words, { env: variables })
  const feedWith = (more: Record<string, string>, input: string, ...words: string[]) =>
    ace(words, { env: { ...variables, ...more }, input })
  const runWith = async (more: Record<string, string>, ...words: string[]) => {
    const env = { ...variables, ...more }
    const { exitCode, stdout, stderr } = await ace([...words, '--json'], { env })
    return { exitCode, stderr, stdout, document: JSON.parse(stdout) }
  }
  return {
    ...database,
    sandbox,

    /** Runs a command for a person: without --json. */
    say,

    /** Runs a command that reads this on standard input. */
    feed: (input: string, ...words: string[]) => feedWith({}, input, ...words),
    feedWith,
    runWith,
    run: (...words: string[]) => runWith({}, ...words),
    tokenRequests: () => sandbox.requests.filter(({ path }) => path === '/oauth/v3/token').length,
    file(name: string) {
      const path = app.makePath('tmp', `${randomBytes(6).toString('hex')}-${name}`)
      cleanup(() => rm(path, { force: true }))
      return path
    },
  }
}
