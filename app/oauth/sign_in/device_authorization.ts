import { Secret } from '@adonisjs/core/helpers'
import type { DeviceAuthorizationResponse } from 'openid-client'
import { SignInFailed } from '#oauth/sign_in/errors'

/** What a provider answered to a device (RFC 8628 §3.2), fit to be shown on a terminal. */
export interface DeviceAuthorization {
  deviceCode: Secret<string>
  userCode: string
  verificationUri: string
  verificationUriComplete?: string

  /** How long the codes last, in milliseconds. */
  lifeMs: number

  /** How long to wait between two looks, in milliseconds. */
  intervalMs: number
}

/** Where the provider does not say (RFC 8628 §3.2). */
const INTERVAL_SECONDS = 5

/** Nobody is waited for longer than that, whatever the provider says. */
const LONGEST_SECONDS = 24 * 60 * 60

const READABLE = /^[\x20-\x7e]{1,128}$/
const ADDRESS = /^https?:\/\/[\x21-\x7e]{1,2048}$/

/** @throws {SignInFailed} when there is something in it that cannot be shown or waited for */
export function readDeviceAuthorization(answer: DeviceAuthorizationResponse): DeviceAuthorization {
  const { verification_uri: uri, verification_uri_complete: complete, user_code: code } = answer
  const { expires_in: life, interval = INTERVAL_SECONDS } = answer
  if (!READABLE.test(code) || !ADDRESS.test(uri) || !(life > 0) || !(interval >= 0)) {
    throw new SignInFailed('rejected_response')
  }

  return {
    deviceCode: new Secret(answer.device_code),
    userCode: code,
    verificationUri: uri,
    ...(complete && ADDRESS.test(complete) ? { verificationUriComplete: complete } : {}),
    lifeMs: Math.min(life, LONGEST_SECONDS) * 1000,
    intervalMs: Math.min(interval, LONGEST_SECONDS) * 1000,
  }
}
