import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { Secret } from '@adonisjs/core/helpers'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { AuditTrail } from '#audit/recording/audit_trail'
import { ChainGuard } from '#audit/chain/chain_guard'
import { SigningKey } from '#audit/chain/signing_key'
import { TrustedKeys } from '#audit/chain/trusted_keys'
import { AttemptStore } from '#audit/stores/attempt_store'
import { AuditStore } from '#audit/stores/audit_store'
import { systemClock, type Clock } from '#shared/clock'

export const testSigningKey = new SigningKey(new Secret(Buffer.alloc(32, 7).toString('base64')))

export const testKeys = new TrustedKeys([testSigningKey.publicKey])

/** A trail over a connection of its own, with the lines that it logs. */
export function testTrail(connect: () => QueryClientContract, clock: Clock = systemClock) {
  const logs: string[] = []
  const logger = new LoggerFactory().merge({ enabled: true }).pushLogsTo(logs).create()
  const store = new AuditStore(connect, 'main')

  const guard = new ChainGuard(testKeys, store.chain)
  const trail = new AuditTrail({
    store,
    guard,
    signingKey: testSigningKey,
    clock,
    logger,
    instanceId: 'test:1',
  })

  return { trail, store, guard, attempts: new AttemptStore(connect), logger, logs }
}
