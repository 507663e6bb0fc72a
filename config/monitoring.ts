import env from '#start/env'
import app from '@adonisjs/core/services/app'
import type { MonitoringAccess } from '#monitoring/middleware/monitoring_secret_middleware'

const monitoringConfig: MonitoringAccess = {
  /** What `X-Monitoring-Secret` must hold. */
  secret: env.get('MONITORING_SECRET'),

  /** Whether everybody may look while there is no secret. */
  openWithoutSecret: app.inDev || app.inTest,
}

export default monitoringConfig
