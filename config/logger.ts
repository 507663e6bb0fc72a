import env from '#start/env'
import app from '@adonisjs/core/services/app'
import { defineConfig, syncDestination, targets } from '@adonisjs/core/logger'

/**
 * Commands print their result on stdout, so their log lines go to stderr.
 */
const inConsole = app.getEnvironment() === 'console'

const loggerConfig = defineConfig({
  default: 'app',
  loggers: {
    app: {
      enabled: true,
      name: 'orange-sms-gateway',
      level: env.get('LOG_LEVEL'),
      // The framework spells this option without its first "t".
      desination: app.inDev && !inConsole ? await syncDestination() : undefined,
      transport: {
        targets: [targets.file({ destination: inConsole ? 2 : 1 })],
      },
    },
  },
})

export default loggerConfig

declare module '@adonisjs/core/types' {
  export interface LoggersList extends InferLoggers<typeof loggerConfig> {}
}
