import type { TestContext } from '@japa/runner/core'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { Secret } from '@adonisjs/core/helpers'
import type { AccessToken } from '#oauth/life/access_token'
import { defineConfig, stores } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import type { ProviderConfig } from '#oauth/provider_config'
import { buildSharing } from '#oauth/sharing/build_sharing'
import { BrowserSignIn } from '#oauth/sign_in/browser_sign_in'
import { DeviceSignIn } from '#oauth/sign_in/device_sign_in'
import { FinishSignIn } from '#oauth/sign_in/finish_sign_in'
import { SignOut } from '#oauth/sign_in/sign_out'
import { PendingSignInStore } from '#oauth/stores/pending_sign_ins'
import { RefreshTokenStore } from '#oauth/stores/refresh_tokens'
import { systemClock, type Clock } from '#shared/clock'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import type { databasesOf } from '#tests/helpers/audit/audit_database'
import { meetingIn } from '#tests/helpers/meeting_places'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { tokenCipher } from '#tests/helpers/token_cipher'

const LEASE_MS = 20_000

export type SignInEngine = Awaited<ReturnType<Awaited<ReturnType<typeof signInPlace>>['start']>>

/**
 * A database in which gateways meet that use a provider, called `people`, for somebody who
 * signed in there.
 */
export async function signInPlace(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  { open }: ReturnType<typeof databasesOf>[number],
  provider: ProviderConfig
) {
  const { place, connect } = await open()

  return {
    /** The database, seen from outside. */
    connect,

    /** One more process. */
    async start({ clock = systemClock }: { clock?: Clock } = {}) {
      const meeting = await meetingIn(place, LEASE_MS)
      const recorder = new RecordingEventRecorder()
      const cipher = await tokenCipher('tests')
      const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
      const refreshTokens = new RefreshTokenStore({ connect: meeting.connect, cipher, clock })

      const manager = new OAuthManager({
        config: defineConfig({
          default: 'people',
          store: stores.database(),
          leaseMs: LEASE_MS,
          providers: { people: provider },
        }),
        sharing: buildSharing({
          store: meeting.store,
          leases: meeting.leases,
          cipher,
          patienceMs: LEASE_MS,
          clock,
          recorder,
          logger: new LoggerFactory().create(),
        }),
        signIns: { refreshTokens, turns: meeting.leases },
        http,
        recorder,
        clock,
        random: () => 0,
        fingerprints: new KeyedDigest(new Secret('a key of tests, 32 characters or'), 'tests'),
        report: () => {},
      })
      cleanup(async () => {
        await manager.close()
        http.destroy()
      })

      const finish = new FinishSignIn({ manager, refreshTokens, recorder })
      const pending = new PendingSignInStore({ connect: meeting.connect, cipher, clock })
      const callbackUrl = (name: string) => `https://gateway.example.test/oauth/${name}/callback`
      const parts = { manager, pending, finish, recorder, clock, callbackUrl }

      return {
        manager,
        recorder,
        refreshTokens,
        store: meeting.store,
        tokens: manager.use(),
        browser: new BrowserSignIn(parts),
        device: new DeviceSignIn(parts),
        signOut: new SignOut({ manager, refreshTokens, recorder }),

        /** What was recorded, as `type (reasonCode)`. */
        events: () => recorder.events.map(({ type, reasonCode }) => `${type} (${reasonCode})`),
      }
    },
  }
}

export function bearerOf(token: AccessToken): string {
  return token.authorization.release().slice('Bearer '.length)
}
