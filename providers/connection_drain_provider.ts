import { Logger } from '@adonisjs/core/logger'
import type { ApplicationService } from '@adonisjs/core/types'
import { systemClock } from '#shared/clock'
import { ConnectionDrain } from '#shared/connection_drain'

/** Less than the 30 seconds after which supervisors commonly kill. */
const LONGEST_MS = 25_000

/** Callers get their answers before the process ends. */
export default class ConnectionDrainProvider {
  constructor(protected app: ApplicationService) {}

  async ready() {
    if (this.app.getEnvironment() !== 'web') return

    const { container } = this.app
    const http = await container.make('server')
    const server = http.getNodeServer()
    if (!server) return
    const logger = await container.make(Logger)
    const drain = new ConnectionDrain({ server, clock: systemClock, longestMs: LONGEST_MS })

    const end = async () => {
      const cutOff = await drain.end()
      if (cutOff > 0) logger.warn({ requests: cutOff }, 'The gateway ended before it had answered')
    }

    // What is registered last is done first: before AdonisJS closes the server.
    if (this.app.isTerminating) void end()
    else this.app.terminating(end)
  }
}
