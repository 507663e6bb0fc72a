import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { Secret } from '@adonisjs/core/helpers'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { AuditTrail } from '#audit/audit_trail'
import { SigningKey } from '#audit/signing_key'
import { AttemptStore } from '#audit/stores/attempt_store'
import { AuditStore } from '#audit/stores/audit_store'
import { systemClock, type Clock } from '#shared/clock'

export const testSigningKey = new SigningKey(new Secret(Buffer.alloc(32, 7).toString('base64')))

/** A trail over a connection of its own, with the lines that it logs. */
export function testTrail(connect: () => QueryClientContract, clock: Clock = systemClock) {
  const logs: string[] = []
  const logger = new LoggerFactory().merge({ enabled: true }).pushLogsTo(logs).create()
  const store = new AuditStore(connect, 'main')

  const trail = new AuditTrail({
    store,
    signingKey: testSigningKey,
    clock,
    logger,
    instanceId: 'test:1',
  })

  return { trail, store, attempts: new AttemptStore(connect), logger, logs }
}
