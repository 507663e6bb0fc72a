import { LoggerFactory } from '@adonisjs/core/factories/logger'
import type { ChangeBus } from '#oauth/contracts'
import { buildSharing } from '#oauth/sharing/build_sharing'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { systemClock } from '#shared/clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { tokenCipher } from '#tests/helpers/token_cipher'
import { tokenStoreContract } from '#tests/helpers/token_store_contract'

const silentBus: ChangeBus = {
  announce: async () => {},
  listen: async () => {},
  close: async () => {},
}

tokenStoreContract({
  name: 'with everything around it',
  create: async () => {
    const { store } = buildSharing({
      store: new MemoryTokenStore(),
      changes: silentBus,
      cipher: await tokenCipher('one'),
      patienceMs: 1_000,
      clock: systemClock,
      recorder: new RecordingEventRecorder(),
      logger: new LoggerFactory().create(),
    })
    return store
  },
})
