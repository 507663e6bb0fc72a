import type { TestContext } from '@japa/runner/core'
import { freePort } from '#bin/free_port'
import type { OrangeSandbox, SandboxOptions } from '#orange/sandbox/orange_sandbox'
import type { Variables } from '#tests/helpers/boot/production'
import { countedSandbox } from '#tests/helpers/counted_sandbox'
import {
  command,
  gatewayVariables,
  startGatewayProcess,
  userToken,
  type GatewayProcess,
} from '#tests/helpers/gateway_process'
import { postgresDatabase, type PostgresDatabase } from '#tests/helpers/postgres_database'

export interface ClusterOptions {
  /** A PostgreSQL server that answers. */
  server: URL

  /** How many gateways run; 4, unless said. */
  size?: number

  /** Variables of all of them, besides those of any gateway. */
  variables?: Variables
  sandbox?: SandboxOptions
}

export interface Cluster {
  sandbox: OrangeSandbox
  database: PostgresDatabase
  variables: Variables
  bearers: { sender: string; admin: string }
  gateways: GatewayProcess[]

  /** One more gateway over the same stores; it takes part from then on. */
  join(variables?: Variables): Promise<GatewayProcess>

  /** So many callers at once, spread over all gateways. @returns how many got which status */
  burst(callers: number): Promise<Record<number, number>>

  /** One caller. */
  send(gateway: GatewayProcess): Promise<number>
  tokenRequests(): number
}

/** Several gateways as processes of their own, over one database and one sandbox. */
export async function startCluster(
  context: Pick<TestContext, 'cleanup'>,
  { server, size = 4, variables: given = {}, sandbox: sandboxOptions }: ClusterOptions
): Promise<Cluster> {
  const { sandbox, tokenRequests } = await countedSandbox(context, sandboxOptions)
  const database = await postgresDatabase(context, server)

  const variables = await gatewayVariables(sandbox, {
    DB_CONNECTION: 'postgres',
    DATABASE_URL: database.url.href,
    LOG_LEVEL: 'warn',
    ...given,
  })
  await command(variables, 'migration:run', '--force')
  const bearers = {
    sender: await userToken(variables, 'sender'),
    admin: await userToken(variables, 'admin'),
  }

  const gateways: GatewayProcess[] = []
  context.cleanup(async () => {
    await Promise.all(gateways.map((gateway) => gateway.kill()))
  })

  const start = async (more: Variables = {}) =>
    startGatewayProcess({ ...variables, ...more, PORT: String(await freePort()) })
  gateways.push(...(await Promise.all(Array.from({ length: size }, () => start()))))

  const send = async (gateway: GatewayProcess) => {
    const body = { to: '+221771234567', message: 'Hello' }
    const { status } = await gateway.call('POST', '/api/sms/send', { bearer: bearers.sender, body })
    return status
  }

  return {
    sandbox,
    database,
    variables,
    bearers,
    gateways,
    send,

    async join(more) {
      const gateway = await start(more)
      gateways.push(gateway)
      return gateway
    },

    async burst(callers) {
      const statuses = await Promise.all(
        Array.from({ length: callers }, (_, at) => send(gateways[at % gateways.length]))
      )
      return tally(statuses)
    },

    tokenRequests,
  }
}

function tally(statuses: number[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
