import type { IssuedToken } from '#oauth/contracts'
import { TokenRequestError } from '#oauth/errors'
import type { Cause } from '#oauth/events'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { SignedIn } from '#oauth/sign_in/contracts'
import type { DeviceAuthorization } from '#oauth/sign_in/device_authorization'
import { SignInFailed } from '#oauth/sign_in/errors'
import { signInEvents } from '#oauth/sign_in/events'
import type { FinishSignIn, SignInOutcome } from '#oauth/sign_in/finish_sign_in'
import { openidClientOf } from '#oauth/sign_in/openid_client_of'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'

export interface DeviceSignInParts {
  manager: OAuthManager
  finish: FinishSignIn
  recorder: EventRecorder
  clock: Clock
}

/** What somebody has to do elsewhere, and until when, in milliseconds since 1970. */
export type DevicePrompt = Omit<DeviceAuthorization, 'deviceCode'> & { expiresAt: number }

/** RFC 8628 §3.5, in milliseconds. */
const SLOW_DOWN_MS = 5_000

/** A provider that does not answer is asked less and less often, but at least this often, in milliseconds. */
const LONGEST_INTERVAL_MS = 60_000

const ENTRANCE = 'device_authorization_endpoint'

type Waiting = Pick<DeviceAuthorization, 'deviceCode' | 'intervalMs'> & {
  /** By the monotonic clock, in milliseconds. */
  deadline: number
}

/** A sign-in for machines without a browser (RFC 8628). */
export class DeviceSignIn {
  readonly #parts: DeviceSignInParts

  constructor(parts: DeviceSignInParts) {
    this.#parts = parts
  }

  /**
   * @param show told what somebody has to do; then it is waited for
   * @throws {UnknownProvider} or {UnknownTenant}
   * @throws {SignInNotOffered}
   * @throws {SignInFailed} when the person said no, or the code was not entered in time
   * @throws {TokenRequestError} when the provider refuses for another reason
   */
  async run(
    who: SignedIn,
    { cause, show }: { cause: Cause; show: (prompt: DevicePrompt) => void }
  ): Promise<SignInOutcome> {
    const { manager, recorder, clock, finish } = this.#parts
    const { provider, tenant, subject } = who
    const { client, parameters } = await openidClientOf(manager, who, ENTRANCE)

    const flow = 'device_code'
    await recorder.record(signInEvents.started(provider, { tenant, subject, cause, flow }))

    const issue = async () => {
      const started = await client.startDevice(parameters)
      const { deviceCode, ...shown } = started
      const deadline = clock.monotonic() + shown.lifeMs
      show({ ...shown, expiresAt: clock.now() + shown.lifeMs })
      return this.#poll(who, { deviceCode, deadline, intervalMs: shown.intervalMs })
    }
    return finish.run(who, { flow, cause, issue })
  }

  async #poll(
    { provider, tenant }: SignedIn,
    { deviceCode, intervalMs, deadline }: Waiting
  ): Promise<IssuedToken> {
    const { manager, clock } = this.#parts
    const grants = manager.grantsOf(provider)
    const parameters = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: deviceCode,
    }

    for (let interval = intervalMs; ;) {
      const waitMs = Math.min(interval, deadline - clock.monotonic())
      await new Promise<void>((resolve) => clock.after(waitMs, resolve))
      if (clock.monotonic() >= deadline) throw new SignInFailed('expired_token')
      try {
        const credentials = await grants.credentialsOf(tenant).find()
        return await grants.endpoint!.request({ parameters, credentials })
      } catch (error) {
        interval = nextInterval(error, interval)
      }
    }
  }
}

/** @throws what ends the waiting */
function nextInterval(error: unknown, interval: number): number {
  if (!(error instanceof TokenRequestError)) throw error
  const { reason, standardError: said = reason, verdict, retryAfterMs = 0 } = error.facts

  switch (said) {
    case 'authorization_pending':
      return interval
    case 'slow_down':
      return interval + SLOW_DOWN_MS
    case 'access_denied':
    case 'expired_token':
      throw new SignInFailed(said)
    default:
      if (verdict !== 'transient' && verdict !== 'throttled') throw error
      return Math.max(retryAfterMs, Math.min(interval * 2, LONGEST_INTERVAL_MS))
  }
}
