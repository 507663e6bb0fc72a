import { freePort } from '#bin/free_port'
import {
  startNode,
  type NodeProcess,
  type NodeProcessOptions,
} from '#tests/helpers/boot/node_process'
import type { Variables } from '#tests/helpers/boot/production'

export interface GatewayProcess extends NodeProcess {
  url: string
}

export const LISTENING = /started HTTP server/

/** The real server, as a process of its own on a free port. It may or may not get to listen. */
export async function startGateway(
  variables: Variables,
  options: NodeProcessOptions & { nodeArgs?: string[] }
): Promise<GatewayProcess> {
  const port = await freePort()
  const args = [...(options.nodeArgs ?? []), '--import=@poppinss/ts-exec', 'bin/server.ts']
  const gateway = startNode(args, { HOST: '127.0.0.1', PORT: String(port), ...variables }, options)

  return { ...gateway, url: `http://127.0.0.1:${port}` }
}
