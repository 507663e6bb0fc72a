import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from '@japa/runner/core'

/** Takes what is posted to it, and answers with `status`; 0 stands for no answer at all. */
export async function startWebhookServer({ cleanup }: Pick<TestContext, 'cleanup'>) {
  const started = { url: '', status: 204, bodies: [] as string[], contentTypes: [] as unknown[] }

  const server = createServer(async (request, response) => {
    started.bodies.push(await text(request))
    started.contentTypes.push(request.headers['content-type'])
    if (started.status === 0) return
    response.writeHead(started.status, { location: '/elsewhere' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  started.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/canary-path`
  cleanup(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return started
}
