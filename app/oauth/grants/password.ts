import { Secret } from '@adonisjs/core/helpers'
import type { Grant, IssuedToken } from '#oauth/contracts'
import type { Login } from '#oauth/credentials/kinds'
import { TokenRequestError } from '#oauth/errors'
import { present } from '#oauth/grants/present'
import type { GrantContext, GrantFactory } from '#oauth/provider_config'
import type { BodyFormat, RequestParameters } from '#oauth/wire/request_body'

export interface PasswordOptions {
  /** `form` is OAuth's and says `grant_type=password`; `json` is a login API's and does not. Default: `form`. */
  format?: BodyFormat

  /** What name and password are called. Default: `username`, `password`. */
  fields?: { username: string; password: string }

  /** Sent beside them. */
  extraFields?: RequestParameters
}

/** An account signs in with a name and a password (RFC 6749 §4.3, and login APIs). */
export function password(options: PasswordOptions = {}): GrantFactory {
  return (context) => new PasswordGrant(context, options)
}

const STANDARD_FIELDS = { username: 'username', password: 'password' }

/** All that it needs to know. */
type PasswordContext = Pick<GrantContext, 'endpoint' | 'credentials' | 'scope' | 'audience'>

export class PasswordGrant implements Grant {
  readonly type = 'password'
  readonly keyParts: readonly string[]
  readonly #context: PasswordContext
  readonly #options: PasswordOptions

  constructor(context: PasswordContext, options: PasswordOptions) {
    this.#context = context
    this.#options = options
    // A secret among the extra fields is shown to nobody, and to no digest.
    this.keyParts = [JSON.stringify(options, (_, value) => (value instanceof Secret ? 0 : value))]
  }

  async obtain(): Promise<IssuedToken> {
    const { endpoint, credentials } = this.#context
    const { format = 'form' } = this.#options

    const found = await credentials.find()
    if (!('username' in found)) {
      throw new TokenRequestError({ verdict: 'terminal', reason: 'credentials_unfit' })
    }
    return endpoint().request({ parameters: this.#parameters(found), credentials: found, format })
  }

  #parameters(login: Login): RequestParameters {
    const { format = 'form', fields = STANDARD_FIELDS, extraFields } = this.#options
    const { scope, audience } = this.#context
    const standard = format === 'form' ? { grant_type: this.type, scope, audience } : {}

    return {
      ...present(standard),
      [fields.username]: login.username,
      [fields.password]: login.password,
      ...extraFields,
    }
  }
}
