import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import app from '@adonisjs/core/services/app'
import { ServerFactory } from '@adonisjs/core/factories/http'
import { defineConfig, type Router } from '@adonisjs/core/http'

const named = {
  access: () => import('#access/middleware/access_middleware'),
  open: () => import('#access/middleware/open_middleware'),
  tokens: () => import('#oauth/middleware/tokens_middleware'),
}

type Guards = ReturnType<typeof guardsOf>

function guardsOf(router: Router) {
  return router.named(named)
}

/**
 * A server of its own with the application's middleware and container, for routes that only
 * a test has and for proxy settings that the application was not started with.
 */
export async function startGuardedServer(options: {
  trustProxy?: string
  routes: (router: Router, middleware: Guards) => void
}) {
  const config = defineConfig({
    generateRequestId: true,
    trustProxy: options.trustProxy ?? false,
  })
  const logger = await app.container.make('logger')
  const server = new ServerFactory().merge({ app, logger, config }).create()

  server.errorHandler(() => import('#shared/exception_handler'))
  server.use([
    () => import('#shared/middleware/request_id_middleware'),
    () => import('#shared/middleware/force_json_response_middleware'),
    () => import('#shared/middleware/container_bindings_middleware'),
  ])

  const router = server.getRouter()
  router.use([() => import('@adonisjs/auth/initialize_auth_middleware')])
  options.routes(router, guardsOf(router))
  await server.boot()

  const http = createServer((request, response) => void server.handle(request, response))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => http.close(() => resolve())),
  }
}
