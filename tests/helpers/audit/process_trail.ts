import { AppFactory } from '@adonisjs/core/factories/app'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { Emitter } from '@adonisjs/core/events'
import { Database } from '@adonisjs/lucid/database'
import { connectionConfig } from '#tests/helpers/audit/connection_config'
import { testTrail } from '#tests/helpers/audit/test_trail'

/** The trail of a process without an application, at the place that its first argument names. */
export function processTrail() {
  const { connect, close } = processConnection()
  return { trail: testTrail(connect).trail, close }
}

/** The connection of such a process. */
export function processConnection() {
  const connections = { audit: connectionConfig(JSON.parse(process.argv[2])) }
  const emitter = new Emitter(new AppFactory().create(new URL('./', import.meta.url)))
  const logger = new LoggerFactory().create()

  const database = new Database({ connection: 'audit', connections }, logger, emitter)
  return { connect: () => database.connection(), close: () => database.manager.closeAll() }
}
