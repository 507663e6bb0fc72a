import router from '@adonisjs/core/services/router'
import { controllers } from '#generated/controllers'
import { middleware } from '#start/kernel'

router
  .post('/api/sms/send', [controllers.sms.SmsMessages, 'store'])
  .as('sms.send')
  .use([middleware.access({ can: 'sms:send' }), middleware.smsEnabled(), middleware.oauth()])

router
  .get('/api/sms/messages/:id', [controllers.sms.SmsMessages, 'show'])
  .as('sms.messages.show')
  .use(middleware.access({ can: 'sms:read' }))
