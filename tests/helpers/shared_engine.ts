import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { ConfigCredentials } from '#oauth/credentials/config'
import { defineConfig, grants, stores } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import { buildSharing } from '#oauth/sharing/build_sharing'
import { systemClock } from '#shared/clock'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import type { Meeting } from '#tests/helpers/meeting_places'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { tokenCipher } from '#tests/helpers/token_cipher'

/** Longer than a test holds up what is written. */
const PATIENCE_MS = 20_000

export type SharedEngine = Awaited<ReturnType<typeof startSharedEngine>>

/** The token engine as one of several processes has it: with the others it shares where they meet. */
export async function startSharedEngine(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  { store, leases }: Meeting,
  tokenEndpoint: string
) {
  const recorder = new RecordingEventRecorder()
  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
  const writes = holdable(store)
  const turns = counted(leases)
  const clock = systemClock

  const manager = new OAuthManager({
    config: defineConfig({
      default: 'tested',
      store: stores.memory,
      waitMs: PATIENCE_MS,
      providers: { tested: providerAt(tokenEndpoint) },
    }),
    sharing: buildSharing({
      store,
      leases,
      cipher: await tokenCipher('tests'),
      patienceMs: PATIENCE_MS,
      clock,
      recorder,
      logger: new LoggerFactory().create(),
    }),
    http,
    recorder,
    clock,
    random: () => 1,
    fingerprints: new KeyedDigest(new Secret('a key of tests, 32 characters or'), 'tests'),
    report: () => {},
  })
  cleanup(async () => {
    writes.letThrough()
    await manager.close()
    http.destroy()
  })

  return {
    manager,
    recorder,
    tokens: manager.use(),
    writes,

    /** How often it had the lease, and how often somebody else did. */
    turns,

    /** What was recorded of a type, in order. */
    recorded: (type: string) => recorder.events.filter((event) => event.type === type),
  }
}

function providerAt(url: string) {
  const clientSecret = new Secret('my-secret')
  return {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials({ clientId: 'me', clientSecret }),
    endpoint: {
      url,
      clientAuthentication: 'basic' as const,
      formEncodeCredentials: false,
      answerRules: [],
    },
  }
}

/** Makes a store whose tokens arrive when a test lets them. */
function holdable(store: Meeting['store']) {
  const replace = store.replace.bind(store)
  let open = Promise.resolve()
  let letThrough = () => {}
  const writes = {
    /** How many were begun. */
    begun: 0,
    hold: () => void (open = new Promise((resolve) => (letThrough = resolve))),
    letThrough: () => letThrough(),
  }

  store.replace = async (...write) => {
    writes.begun++
    await open
    return replace(...write)
  }
  return writes
}

function counted(leases: Meeting['leases']) {
  const take = leases.take.bind(leases)
  const turns = { taken: 0, refused: 0 }

  leases.take = async (key) => {
    const lease = await take(key)
    turns[lease ? 'taken' : 'refused']++
    return lease
  }
  return turns
}
