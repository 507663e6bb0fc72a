import router from '@adonisjs/core/services/router'
import { controllers } from '#generated/controllers'
import { middleware } from '#start/kernel'

router
  .get('/api/audit/access-report', [controllers.access.AccessReports, 'show'])
  .as('access.report')
  .use(middleware.access({ can: 'audit:read' }))
