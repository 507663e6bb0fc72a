import { createHash } from 'node:crypto'
import type { ClientCredentials, Grant, IssuedToken, Lease } from '#oauth/contracts'
import { StoreUnavailable, TokenRequestError, TokenUnavailable } from '#oauth/errors'
import { present } from '#oauth/grants/present'
import type { GrantContext, GrantFactory } from '#oauth/provider_config'
import type { Alongside, KeptRefreshToken, SignInKeeping } from '#oauth/sign_in/contracts'
import { signInEvents } from '#oauth/sign_in/events'
import { RefreshTokenRotation } from '#oauth/sign_in/refresh_token_rotation'
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

/** The turn at spending, and the client that spends. */
interface Chance {
  turn: Lease
  client: ClientCredentials
}

class RefreshTokenGrant implements Grant {
  readonly type = 'refresh_token'
  readonly keyParts: readonly string[]
  readonly #context: GrantContext
  readonly #keeping: SignInKeeping
  readonly #options: RefreshTokenOptions
  readonly #rotation: RefreshTokenRotation

  constructor(context: GrantContext, options: RefreshTokenOptions) {
    if (!context.signIns)
      throw new Error('The refresh token grant needs a place for refresh tokens')
    this.#context = context
    this.#keeping = context.signIns
    this.#rotation = new RefreshTokenRotation(context, { ...context, ...context.signIns })
    this.#options = options
    this.keyParts = [JSON.stringify(options)]
  }

  async obtain(): Promise<IssuedToken> {
    await this.#rotation.catchUp()
    // Before the turn, which is no longer than two token requests take.
    const client = await this.#context.credentials.find()
    const turn = await this.#turn()
    if (!turn) throw new TokenUnavailable('asked_elsewhere', COME_BACK_MS)

    try {
      return await this.#spend({ turn, client })
    } finally {
      if (!this.#rotation.needs(turn)) await turn.release()
    }
  }

  close(): Promise<void> {
    return this.#rotation.close()
  }

  /** Two who spend the same one look like a thief to the provider, which then takes all away. */
  async #turn(): Promise<Lease | null> {
    try {
      const { provider, tenant, subject } = this.#context
      return await this.#keeping.turns.take(turnOf([provider, tenant, subject]))
    } catch {
      throw new StoreUnavailable()
    }
  }

  async #spend(chance: Chance): Promise<IssuedToken> {
    const kept = await this.#kept()
    try {
      return await this.#exchange(kept, chance)
    } catch (error) {
      if (!isDead(error)) throw error
      // Somebody may have signed in meanwhile.
      const later = await this.#kept()
      if (later.sequence !== kept.sequence) return await this.#exchange(later, chance)

      await this.#end(kept, error.facts.reason)
      throw error
    }
  }

  /**
   * Whether it has ended is for the provider to say: a clock that is wrong for a moment would
   * cost somebody's sign-in.
   *
   * @throws {TokenRequestError} when somebody has to sign in first
   */
  async #kept(): Promise<KeptRefreshToken> {
    const kept = await this.#keeping.refreshTokens.find(this.#context)
    if (kept) return kept
    throw new TokenRequestError({ verdict: 'terminal_for_key', reason: 'sign_in_required' })
  }

  async #exchange(kept: KeptRefreshToken, { turn, client }: Chance): Promise<IssuedToken> {
    const { endpoint, scope } = this.#context
    const standard = present({
      grant_type: this.type,
      refresh_token: kept.refreshToken,
      scope,
    })
    const issued = await endpoint().request({
      parameters: { ...this.#options.parameters, ...standard },
      credentials: client,
    })

    // Durable before anything else: it cannot be had again.
    const token = newRefreshToken(issued)
    const still = token
      ? await this.#rotation.save({ token, instead: kept.sequence, turn })
      : await this.#isStill(kept)
    if (!still) throw new TokenUnavailable('signed_in_anew', COME_BACK_MS)
    return issued
  }

  /** A token of somebody who was signed in when it was asked for is not served for somebody else. */
  async #isStill({ sequence }: KeptRefreshToken): Promise<boolean> {
    const kept = await this.#keeping.refreshTokens.find(this.#context)
    return kept?.sequence === sequence
  }

  /** With its event, or not at all: whoever asks next finds out the same. */
  async #end(kept: KeptRefreshToken, reasonCode: string): Promise<void> {
    const { recorder, provider, subject } = this.#context
    const event = signInEvents.ended(provider, { subject, reasonCode })
    const record: Alongside = (trx) => recorder.record(event, trx)
    await this.#keeping.refreshTokens.end(this.#context, reasonCode, kept.sequence, record)
  }
}

/** What a provider says of a refresh token that it takes no more. Other refusals may pass. */
const DEAD = ['invalid_grant', 'refresh_token_expired', 'grant_revoked']

function isDead(error: unknown): error is TokenRequestError {
  if (!(error instanceof TokenRequestError)) return false
  return error.facts.verdict === 'terminal_for_key' && DEAD.includes(error.facts.reason)
}

/** Names may be long, and the keys of locks may not. */
function turnOf(names: (string | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(['turn', ...names]))
    .digest('hex')
}
