import type { Grant, IssuedToken, Lease } from '#oauth/contracts'
import { StoreUnavailable, TokenRequestError, TokenUnavailable } from '#oauth/errors'
import { present } from '#oauth/grants/present'
import type { GrantContext, GrantFactory } from '#oauth/provider_config'
import type { KeptRefreshToken, NewRefreshToken, SignInKeeping } from '#oauth/sign_in/contracts'
import { signInEvents } from '#oauth/sign_in/events'
import { newRefreshToken } from '#oauth/sign_in/new_refresh_token'

export interface RefreshTokenOptions {
  /** Whatever else the provider wants to be told. Nothing secret. */
  parameters?: Readonly<Record<string, string>>
}

/**
 * Somebody signed in once; since then every token is had with the refresh token that the
 * provider gave last (RFC 6749 §6).
 */
export function refreshToken(options: RefreshTokenOptions = {}): GrantFactory {
  const factory: GrantFactory = (context) => new RefreshTokenGrant(context, options)
  factory.needsSignIn = true
  return factory
}

/** When to come back while another process spends the refresh token, in milliseconds. */
const COME_BACK_MS = 500

/** A refresh token that came, and that could not be stored yet. */
interface Unsaved {
  token: NewRefreshToken
  instead: number
}

class RefreshTokenGrant implements Grant {
  readonly type = 'refresh_token'
  readonly keyParts: readonly string[]
  readonly #context: GrantContext
  readonly #keeping: SignInKeeping
  readonly #options: RefreshTokenOptions
  #unsaved?: Unsaved

  constructor(context: GrantContext, options: RefreshTokenOptions) {
    if (!context.signIns)
      throw new Error('The refresh token grant needs a place for refresh tokens')
    this.#context = context
    this.#keeping = context.signIns
    this.#options = options
    this.keyParts = [JSON.stringify(options)]
  }

  async obtain(): Promise<IssuedToken> {
    const lease = await this.#turn()
    if (!lease) throw new TokenUnavailable('asked_elsewhere', COME_BACK_MS)

    try {
      await this.#saveUnsaved()
      return await this.#spend()
    } finally {
      await lease.release()
    }
  }

  /** Two who spend the same one look like a thief to the provider, which then takes all away. */
  async #turn(): Promise<Lease | null> {
    try {
      const { provider, tenant, subject } = this.#context
      return await this.#keeping.turns.take(JSON.stringify([provider, tenant, subject]))
    } catch {
      throw new StoreUnavailable()
    }
  }

  async #spend(): Promise<IssuedToken> {
    const kept = await this.#living()
    try {
      return await this.#exchange(kept)
    } catch (error) {
      if (!isDead(error)) throw error
      // Somebody may have signed in meanwhile.
      const later = await this.#living()
      if (later.sequence !== kept.sequence) return await this.#exchange(later)

      await this.#end(kept, error.facts.reason)
      throw error
    }
  }

  /** @throws {TokenRequestError} when somebody has to sign in first */
  async #living(): Promise<KeptRefreshToken> {
    const kept = await this.#keeping.refreshTokens.find(this.#context)
    if (!kept) throw ofThisSignIn('sign_in_required')

    const { expiresAt = Infinity } = kept
    if (expiresAt > this.#context.clock.now()) return kept
    await this.#end(kept, 'refresh_token_expired')
    throw ofThisSignIn('refresh_token_expired')
  }

  async #exchange(kept: KeptRefreshToken): Promise<IssuedToken> {
    const { endpoint, credentials, scope } = this.#context
    const standard = present({
      grant_type: this.type,
      refresh_token: kept.refreshToken,
      scope,
    })
    const issued = await endpoint().request({
      parameters: { ...this.#options.parameters, ...standard },
      credentials: await credentials.find(),
    })

    // Durable before anything else: it cannot be had again.
    const next = newRefreshToken(issued)
    if (next) await this.#save({ token: next, instead: kept.sequence })
    return issued
  }

  async #save(unsaved: Unsaved): Promise<void> {
    this.#unsaved = unsaved
    const { token, instead } = unsaved
    const saved = await this.#rotate(token, instead)
    this.#unsaved = undefined
    if (!saved) throw new TokenUnavailable('signed_in_anew', COME_BACK_MS)
  }

  /** What the database could not take last time: the one that it still holds is spent. */
  async #saveUnsaved(): Promise<void> {
    if (!this.#unsaved) return
    const { token, instead } = this.#unsaved
    await this.#rotate(token, instead)
    this.#unsaved = undefined
  }

  #rotate(token: NewRefreshToken, instead: number): Promise<boolean> {
    return this.#keeping.refreshTokens.rotate(this.#context, token, instead)
  }

  async #end(kept: KeptRefreshToken, reason: string): Promise<void> {
    const { recorder, provider, subject } = this.#context
    const ended = await this.#keeping.refreshTokens.end(this.#context, reason, kept.sequence)
    if (ended) await recorder.record(signInEvents.ended(provider, { subject, reasonCode: reason }))
  }
}

/** What a provider says of a refresh token that it takes no more. Other refusals may pass. */
const DEAD = ['invalid_grant', 'refresh_token_expired', 'grant_revoked']

function isDead(error: unknown): error is TokenRequestError {
  if (!(error instanceof TokenRequestError)) return false
  return error.facts.verdict === 'terminal_for_key' && DEAD.includes(error.facts.reason)
}

function ofThisSignIn(reason: string): TokenRequestError {
  return new TokenRequestError({ verdict: 'terminal_for_key', reason })
}
