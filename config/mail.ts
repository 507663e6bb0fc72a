import env from '#start/env'
import { defineConfig, transports } from '@adonisjs/mail'
import type { InferMailers } from '@adonisjs/mail/types'
import { smtpConnection } from '#shared/smtp_server'

const mailConfig = defineConfig({
  default: 'smtp',
  mailers: {
    smtp: transports.smtp(
      smtpConnection({
        url: env.get('SMTP_URL'),
        host: env.get('SMTP_HOST'),
        port: env.get('SMTP_PORT'),
        username: env.get('SMTP_USERNAME'),
        password: env.get('SMTP_PASSWORD'),
      })
    ),
  },
})

export default mailConfig

declare module '@adonisjs/mail/types' {
  interface MailersList extends InferMailers<typeof mailConfig> {}
}
