import router from '@adonisjs/core/services/router'
import { controllers } from '#generated/controllers'
import { middleware } from '#start/kernel'

const CHANGING = ['POST', 'PUT', 'PATCH', 'DELETE']

router
  .get('/api/audit/events', [controllers.audit.AuditEvents, 'index'])
  .as('audit.events.index')
  .use(middleware.access({ can: 'audit:read' }))

router
  .get('/api/audit/events/:eventId', [controllers.audit.AuditEvents, 'show'])
  .as('audit.events.show')
  .use(middleware.access({ can: 'audit:read' }))

router
  .route('/api/audit/events', CHANGING, [controllers.audit.AuditEvents, 'refuse'])
  .as('audit.events.refuse')
  .use(middleware.access({ can: 'audit:read' }))

router
  .route('/api/audit/events/:eventId', CHANGING, [controllers.audit.AuditEvents, 'refuse'])
  .as('audit.events.refuse_one')
  .use(middleware.access({ can: 'audit:read' }))
