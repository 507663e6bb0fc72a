import type { Secret } from '@adonisjs/core/helpers'
import type { ClientCredentials } from '#oauth/contracts'
import { TokenRequestError, type TokenRequestFacts } from '#oauth/errors'
import { tokenEvents, type Cause } from '#oauth/events'
import type { RevocationEndpoint, TokenTypeHint } from '#oauth/wire/revocation_endpoint'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'
import { failureCode } from '#shared/failure_code'
import type { KeyedDigest } from '#shared/keyed_digest'
import { TransportError } from '#shared/transport_error'

export interface TokenRevocationParts {
  /** As config/oauth.ts calls it. */
  provider: string
  endpoint: RevocationEndpoint

  /** Of the client to which the tokens were issued. */
  credentials: () => Promise<ClientCredentials>
  recorder: EventRecorder
  fingerprints: KeyedDigest
  clock: Clock
}

/** Why a provider was not told, as far as it is known. */
export type RevocationFailure = Pick<TokenRequestFacts, 'reason' | 'httpStatus' | 'upstreamCode'>

/**
 * Tells a provider of tokens that nobody here uses any more (RFC 7009). That it cannot be
 * told keeps nobody from giving them up: it is recorded, and not tried again.
 */
export class TokenRevocation {
  readonly #parts: TokenRevocationParts

  constructor(parts: TokenRevocationParts) {
    this.#parts = parts
  }

  /**
   * Resolves whatever the provider answers, within the deadline of a token request.
   *
   * @throws {RecordingUnavailable} when it cannot be recorded how it went
   */
  async revoke(token: Secret<string>, hint: TokenTypeHint, cause: Cause = {}): Promise<void> {
    const { provider, recorder, fingerprints, clock } = this.#parts
    const startedAt = clock.monotonic()
    const outcome = await this.#tell(token, hint)
    if (outcome === 'no_endpoint') return

    const failure = outcome === 'revoked' ? undefined : outcome
    const durationMs = Math.round(clock.monotonic() - startedAt)
    const about = { fingerprint: fingerprints.of(token.release()), hint, durationMs, cause }
    await recorder.record(tokenEvents.revoked(provider, { ...about, failure }))
  }

  async #tell(
    token: Secret<string>,
    hint: TokenTypeHint
  ): Promise<'revoked' | 'no_endpoint' | RevocationFailure> {
    const { endpoint, credentials } = this.#parts
    try {
      return (await endpoint.revoke({ token, hint, credentials })) ? 'revoked' : 'no_endpoint'
    } catch (error) {
      return failureOf(error)
    }
  }
}

function failureOf(error: unknown): RevocationFailure {
  if (error instanceof TokenRequestError) return error.facts
  return { reason: error instanceof TransportError ? error.failure : failureCode(error) }
}
