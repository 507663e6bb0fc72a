import { ConfigCredentials } from '#oauth/credentials/config'
import type { Login } from '#oauth/credentials/kinds'
import { TokenRequestError } from '#oauth/errors'
import { PasswordGrant } from '#oauth/grants/password'
import type { LoginShape } from '#oauth/probing/login_shapes'
import { TokenEndpoint } from '#oauth/wire/token_endpoint'
import type { Clock } from '#shared/clock'
import type { HttpAnswer, HttpClient, HttpRequest } from '#shared/http_client'

export interface LoginAttemptParts {
  http: HttpClient
  clock: Clock
  deadlineMs: number
}

/**
 * Signs in once as the engine would with such an entry.
 *
 * @returns what was answered, whether or not the engine could read it; a word when nothing was
 */
export async function attemptLogin(
  { url, shape, login }: { url: string; shape: LoginShape; login: Login },
  { http, clock, deadlineMs }: LoginAttemptParts
): Promise<HttpAnswer | string> {
  let answer: HttpAnswer | undefined
  const overheard = {
    exchange: async (request: HttpRequest) => (answer = await http.exchange(request)),
  }
  const settings = { url, clientAuthentication: 'none' as const, deadlineMs }
  const endpoint = new TokenEndpoint(settings, { http: overheard, clock })
  const credentials = new ConfigCredentials(login)
  const grant = new PasswordGrant({ endpoint: () => endpoint, credentials }, shape)

  try {
    await grant.obtain()
  } catch (error) {
    if (!(error instanceof TokenRequestError)) throw error
    return answer ?? error.facts.reason
  }
  return answer!
}
