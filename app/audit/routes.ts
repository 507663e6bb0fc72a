import router from '@adonisjs/core/services/router'
import { controllers } from '#generated/controllers'
import { middleware } from '#start/kernel'

router
  .get('/api/audit/checkpoints', [controllers.audit.AuditCheckpoints, 'index'])
  .as('audit.checkpoints')
  .use(middleware.access({ can: 'audit:read' }))

router
  .get('/api/audit/public-keys', [controllers.audit.AuditCheckpoints, 'publicKeys'])
  .as('audit.public_keys')
  .use(middleware.access({ can: 'audit:read' }))

router
  .get('/api/audit/holds', [controllers.audit.AuditHolds, 'index'])
  .as('audit.holds.index')
  .use(middleware.access({ can: 'audit:read' }))

router
  .post('/api/audit/holds', [controllers.audit.AuditHolds, 'store'])
  .as('audit.holds.store')
  .use(middleware.access({ can: 'audit:read' }))

router
  .delete('/api/audit/holds/:id', [controllers.audit.AuditHolds, 'destroy'])
  .as('audit.holds.destroy')
  .use(middleware.access({ can: 'audit:read' }))

router
  .post('/api/audit/verify', [controllers.audit.AuditVerification, 'store'])
  .as('audit.verify')
  .use(middleware.access({ can: 'audit:read' }))
