import { Secret } from '@adonisjs/core/helpers'
import type { DeviceAuthorizationResponse } from 'openid-client'
import type { IssuedToken } from '#oauth/contracts'
import { TokenRequestError } from '#oauth/errors'
import type { Cause } from '#oauth/events'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { SignedIn } from '#oauth/sign_in/contracts'
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

/** What somebody has to do elsewhere. */
export interface DevicePrompt {
  /** Where to go with a browser. */
  verificationUri: string

  /** The same with the code in it, if the provider gives such an address. */
  verificationUriComplete?: string

  /** What to enter there. */
  userCode: string

  /** Until when, in milliseconds since 1970. */
  expiresAt: number
}

/** Between two looks, where the provider does not say (RFC 8628 §3.2). */
const INTERVAL_SECONDS = 5

/** RFC 8628 §3.5, in milliseconds. */
const SLOW_DOWN_MS = 5_000

/** A provider that does not answer is asked less and less often, but at least this often, in milliseconds. */
const LONGEST_INTERVAL_MS = 60_000

const ENTRANCE = 'device_authorization_endpoint'

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
      const answer = await client.startDevice(parameters)
      const lifeMs = answer.expires_in * 1000
      const deadline = clock.monotonic() + lifeMs
      show({
        verificationUri: answer.verification_uri,
        verificationUriComplete: answer.verification_uri_complete,
        userCode: answer.user_code,
        expiresAt: clock.now() + lifeMs,
      })
      return this.#poll(who, { answer, deadline })
    }
    return finish.run(who, { flow, cause, issue })
  }

  async #poll(
    { provider, tenant }: SignedIn,
    { answer, deadline }: { answer: DeviceAuthorizationResponse; deadline: number }
  ): Promise<IssuedToken> {
    const { manager, clock } = this.#parts
    const grants = manager.grantsOf(provider)
    const parameters = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: new Secret(answer.device_code),
    }

    const { interval: seconds = INTERVAL_SECONDS } = answer
    for (let interval = seconds * 1000; ;) {
      await new Promise<void>((resolve) => clock.after(interval, resolve))
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
