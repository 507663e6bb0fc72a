/*
|--------------------------------------------------------------------------
| HTTP kernel file
|--------------------------------------------------------------------------
|
| Registers middleware with the server and the router.
|
*/

import router from '@adonisjs/core/services/router'
import server from '@adonisjs/core/services/server'

server.errorHandler(() => import('#shared/exception_handler'))

server.use([
  () => import('#shared/middleware/request_id_middleware'),
  () => import('#shared/middleware/force_json_response_middleware'),
  () => import('#shared/middleware/container_bindings_middleware'),
])

router.use([
  () => import('@adonisjs/core/bodyparser_middleware'),
  () => import('@adonisjs/auth/initialize_auth_middleware'),
])

/**
 * Every route carries `access`, which names the ability it takes, or `open`,
 * which says that anybody may call it.
 */
export const middleware = router.named({
  access: () => import('#access/middleware/access_middleware'),
  open: () => import('#access/middleware/open_middleware'),
  monitoring: () => import('#monitoring/middleware/monitoring_secret_middleware'),
  tokens: () => import('#oauth/middleware/tokens_middleware'),
  oauth: () => import('#orange/middleware/oauth_middleware'),
  smsEnabled: () => import('#sms/middleware/sms_enabled_middleware'),
})
