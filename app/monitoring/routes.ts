import router from '@adonisjs/core/services/router'
import { controllers } from '#generated/controllers'
import { middleware } from '#start/kernel'

router
  .get('/health/live', [controllers.monitoring.HealthChecks, 'live'])
  .as('health.live')
  .use(middleware.open())

router
  .get('/health/ready', [controllers.monitoring.HealthChecks, 'ready'])
  .as('health.ready')
  .use(middleware.monitoring())

router
  .get('/metrics', [controllers.monitoring.Metrics, 'show'])
  .as('metrics')
  .use(middleware.monitoring())
