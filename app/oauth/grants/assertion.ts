import { createHash } from 'node:crypto'
import type { Secret } from '@adonisjs/core/helpers'
import { TokenRequestError } from '#oauth/errors'
import type { GrantContext } from '#oauth/provider_config'

/**
 * @throws {TokenRequestError} when the token was asked for without saying for whom
 */
export function assertionOf({ assertion }: GrantContext): Secret<string> {
  if (assertion) return assertion
  throw new TokenRequestError({ verdict: 'terminal_for_key', reason: 'assertion_missing' })
}

/** Tells secrets apart that are long and random, and says nothing about them. */
export function digestOf(secret: Secret<string> | undefined): string {
  return secret ? createHash('sha256').update(secret.release()).digest('hex') : ''
}
