import type { ClientCredentials } from '#oauth/contracts'
import { TokenRequestError, type TokenRequestFacts } from '#oauth/errors'

/**
 * While a client secret is being replaced two of them live, and which one works changes at
 * the provider at an unknown moment: the other one is tried when the first is refused, and
 * tried first from then on.
 */
export class EitherSecret {
  /** Clients whose other secret worked last. */
  readonly #swapped = new Set<string>()

  async with<T>(
    credentials: ClientCredentials,
    ask: (credentials: ClientCredentials) => Promise<T>
  ): Promise<T> {
    const [first, second] = this.#inOrder(credentials)
    if (!second) return ask(first)

    try {
      return await ask(first)
    } catch (error) {
      if (!(error instanceof TokenRequestError) || !isInvalidClient(error.facts)) throw error
      const answer = await ask(second)
      this.#swap(second)
      return answer
    }
  }

  #inOrder(credentials: ClientCredentials): ClientCredentials[] {
    if (!('clientSecret' in credentials) || !credentials.otherClientSecret) return [credentials]

    const { clientId, clientSecret, otherClientSecret } = credentials
    const both = [
      { clientId, clientSecret },
      { clientId, clientSecret: otherClientSecret },
    ]
    return this.#swapped.has(clientId) ? both.reverse() : both
  }

  #swap(worked: ClientCredentials): void {
    if (!('clientId' in worked)) return
    const { clientId } = worked
    if (!this.#swapped.delete(clientId)) this.#swapped.add(clientId)
  }
}

function isInvalidClient({ reason, standardError = reason }: TokenRequestFacts): boolean {
  return standardError === 'invalid_client'
}
