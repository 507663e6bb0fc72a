import { readBasic, type ClientCredentials } from '#orange/sandbox/routes/basic_credentials'
import { tokenError, tokenSuccess, unknownClient } from '#orange/sandbox/answers/token_answers'
import { acceptsJson } from '#orange/sandbox/wire/accepts_json'
import type { ApiRequest } from '#orange/sandbox/wire/api_request'
import type { Reply } from '#orange/sandbox/wire/reply'
import type { IssuedToken } from '#orange/sandbox/token_issuer'
import type { SandboxState } from '#orange/sandbox/state'

/** POST /oauth/v3/token: the client credentials grant (RFC 6749 section 4.4). */
export class TokenRoute {
  readonly #state: SandboxState

  constructor(state: SandboxState) {
    this.#state = state
  }

  async handle(request: ApiRequest): Promise<Reply> {
    if (request.method !== 'POST') return tokenError('wrong_method')
    if (!this.#isAcceptable(request)) return tokenError('not_acceptable')

    const form = readForm(request)
    const refusal = this.#authenticate(request, form) ?? checkGrant(form)
    if (refusal) return refusal

    const { token, expiresIn } = await this.#obtainToken()
    return tokenSuccess(
      token,
      this.#state.settings.expiresInAs === 'string' ? `${expiresIn}` : expiresIn
    )
  }

  #isAcceptable({ headers: { accept } }: ApiRequest): boolean {
    if (accept === undefined) return !this.#state.settings.requireAcceptHeader
    return acceptsJson(accept)
  }

  #authenticate(request: ApiRequest, form: URLSearchParams): Reply | undefined {
    const credentials = readBasic(request.headers.authorization) ?? readParameters(form)
    if (credentials === undefined) return tokenError('missing_credentials')
    if (credentials === 'undecodable') return tokenError('undecodable_credentials')

    const { clientId, clientSecret, settings } = this.#state
    if (credentials.id === clientId && credentials.secret === clientSecret) return

    const unknown = credentials.id !== clientId && settings.nameUnknownClients
    return unknown ? unknownClient(credentials.id) : tokenError('wrong_credentials')
  }

  #obtainToken(): Promise<IssuedToken> | IssuedToken {
    const { tokens, settings } = this.#state
    const latest = settings.reuseTokens ? tokens.latest() : undefined
    if (latest) return latest

    if (settings.oneTokenAtATime) tokens.revokeAll()
    return tokens.issue(settings.tokenLifeSeconds)
  }
}

/** A body of another content type holds no parameters. */
function readForm({ headers, body }: ApiRequest): URLSearchParams {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')
  return new URLSearchParams(isForm ? body.toString('utf8') : '')
}

function readParameters(form: URLSearchParams): ClientCredentials | undefined {
  const id = form.get('client_id')
  const secret = form.get('client_secret')
  return id === null || secret === null ? undefined : { id, secret }
}

function checkGrant(form: URLSearchParams): Reply | undefined {
  const names = [...form.keys()]
  if (new Set(names).size < names.length) return tokenError('repeated_parameter')

  const grantType = form.get('grant_type')
  if (!grantType) return tokenError('missing_grant_type')
  if (grantType !== 'client_credentials') return tokenError('unsupported_grant_type')
}
