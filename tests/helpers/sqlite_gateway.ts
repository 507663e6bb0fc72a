import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import app from '@adonisjs/core/services/app'
import type { TestContext } from '@japa/runner/core'
import type { SandboxOptions } from '#orange/sandbox/orange_sandbox'
import type { Variables } from '#tests/helpers/boot/production'
import { countedSandbox } from '#tests/helpers/counted_sandbox'
import {
  command,
  gatewayVariables,
  startGatewayProcess,
  userToken,
} from '#tests/helpers/gateway_process'

export interface SqliteGatewayOptions {
  variables?: Variables
  sandbox?: SandboxOptions
}

/** What a single gateway on a SQLite file of its own needs, to be started as often as a test likes. */
export async function sqliteGateway(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  { variables: given = {}, sandbox: sandboxOptions }: SqliteGatewayOptions = {}
) {
  const path = app.makePath('tmp', `gateway-${randomUUID()}.sqlite3`)
  const { sandbox, tokenRequests } = await countedSandbox({ cleanup }, sandboxOptions)
  cleanup(async () => {
    for (const suffix of ['', '-wal', '-shm', '.checkpoints.ndjson'])
      await rm(path + suffix, { force: true })
  })

  const variables = await gatewayVariables(sandbox, { SQLITE_PATH: path, ...given })
  await command(variables, 'migration:run', '--force')
  const bearers = {
    sender: await userToken(variables, 'sender'),
    admin: await userToken(variables, 'admin'),
  }

  return {
    path,
    sandbox,
    variables,
    bearers,
    start: (more: Variables = {}) => startGatewayProcess({ ...variables, ...more }),
    tokenRequests,
  }
}
