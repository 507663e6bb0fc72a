import { UnknownProvider } from '#oauth/errors'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { ProviderGrants } from '#oauth/provider_grants'
import type { RefreshTokens, SignedIn } from '#oauth/sign_in/contracts'
import { instant } from '#oauth/life/token_health'

/** Whether somebody is signed in, as lists and health reports show it. Instants in ISO 8601 UTC. */
export interface ListedSignIn {
  state: 'absent' | 'signed_in' | 'ended'
  since: string | null

  /** When the refresh token ends, if the provider said so. */
  expiresAt: string | null

  /** Why it is over: somebody has to sign in again. */
  endedBy: string | null
}

/** Says of providers at which people sign in whether somebody is. */
export class SignInStates {
  readonly #manager: OAuthManager
  readonly #refreshTokens: Pick<RefreshTokens, 'state'>

  constructor(manager: OAuthManager, refreshTokens: Pick<RefreshTokens, 'state'>) {
    this.#manager = manager
    this.#refreshTokens = refreshTokens
  }

  /**
   * @param who the account; of the default provider where it names none
   * @returns null where nobody has to be signed in, or the provider is not there any more
   */
  async of(who: Partial<SignedIn>): Promise<ListedSignIn | null> {
    const { config, name } = this.#provider(who.provider) ?? {}
    if (!config?.grant.needsSignIn || name === undefined) return null

    const known = await this.#refreshTokens.state({ ...who, provider: name })
    if (!known) return { state: 'absent', since: null, expiresAt: null, endedBy: null }
    return {
      state: known.endedBy ? 'ended' : 'signed_in',
      since: instant(known.signedInAt),
      expiresAt: known.expiresAt === undefined ? null : instant(known.expiresAt),
      endedBy: known.endedBy ?? null,
    }
  }

  /** The store may hold tokens of entries that were taken out of the configuration. */
  #provider(name: string | undefined): ProviderGrants | undefined {
    try {
      return this.#manager.grantsOf(name)
    } catch (error) {
      if (error instanceof UnknownProvider) return undefined
      throw error
    }
  }
}
