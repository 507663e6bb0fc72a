import { Secret } from '@adonisjs/core/helpers'
import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { errors } from '@vinejs/vine'
import { ExchangeToken } from '#oauth/actions/exchange_token'
import { ExchangeRefused, type ExchangeAnswer, type ExchangeRequest } from '#oauth/exchange'
import { exchangeValidators } from '#oauth/validators'

type GrantType = keyof typeof exchangeValidators

/** What an application brought is no good: RFC 6749 §5.2 says 400, and 401 where it does not authenticate. */
const STATUSES: Record<ExchangeRefused['word'], number> = {
  invalid_request: 400,
  invalid_scope: 400,
  unsupported_grant_type: 400,
  invalid_grant: 401,
}

const FORM = 'application/x-www-form-urlencoded'

/** Members that are secrets, by their names. */
const SECRETS = ['code', 'code_verifier', 'refresh_token', 'assertion']

/** A token endpoint for applications of the organisation (RFC 6749 §3.2), in front of a provider's. */
@inject()
export default class ExchangeController {
  readonly #exchange: ExchangeToken

  constructor(exchange: ExchangeToken) {
    this.#exchange = exchange
  }

  async store({ request, response, params, caller }: HttpContext) {
    // RFC 6749 §5.1: no cache on the way may keep it.
    response.header('cache-control', 'no-store').header('pragma', 'no-cache')
    try {
      const { tenant, ...wanted } = await validated(membersOf(request))
      const owner = { provider: String(params.provider), tenant }
      const cause = { actor: caller.actor, correlationId: request.id() }
      return released(await this.#exchange.run(owner, wanted, cause))
    } catch (error) {
      if (!(error instanceof ExchangeRefused)) throw error
      if (error.word === 'invalid_grant') response.header('www-authenticate', 'Bearer')
      const { word, description } = error
      return response.status(STATUSES[word]).send({ error: word, error_description: description })
    }
  }
}

/** Of a form, or of JSON. A member that is there twice is a list, which none may be (RFC 6749 §3.2). */
function membersOf(request: HttpContext['request']): Record<string, unknown> {
  if (!request.is([FORM])) return request.body()
  const members = new URLSearchParams(request.raw() ?? '')
  const valueOf = (name: string) => {
    // Empty counts as left out.
    const values = members.getAll(name).filter((value) => value !== '')
    return values.length > 1 ? values : values[0]
  }
  return Object.fromEntries([...members.keys()].map((name) => [name, valueOf(name)]))
}

/** @throws {ExchangeRefused} */
async function validated(
  body: Record<string, unknown>
): Promise<ExchangeRequest & { tenant?: string }> {
  const { grant_type: type } = body
  if (typeof type !== 'string')
    throw new ExchangeRefused('invalid_request', 'grant_type is missing.')
  if (!Object.hasOwn(exchangeValidators, type)) {
    const known = Object.keys(exchangeValidators).join(', ')
    throw new ExchangeRefused('unsupported_grant_type', `grant_type is none of ${known}.`)
  }

  try {
    const members = await exchangeValidators[type as GrantType].validate(body)
    return { grant_type: type, ...withSecrets(members) } as ExchangeRequest & { tenant?: string }
  } catch (error) {
    if (!(error instanceof errors.E_VALIDATION_ERROR)) throw error
    const names = (error.messages as { field: string }[]).map(({ field }) => field)
    throw new ExchangeRefused('invalid_request', `Missing or wrong: ${names.join(', ')}.`)
  }
}

function withSecrets(members: Record<string, unknown>): Record<string, unknown> {
  const secret = ([name, value]: [string, unknown]) =>
    [name, SECRETS.includes(name) ? new Secret(value) : value] as const
  return Object.fromEntries(Object.entries(members).map(secret))
}

function released({ access_token: token, refresh_token: next, ...rest }: ExchangeAnswer) {
  return {
    access_token: token.release(),
    ...rest,
    ...(next ? { refresh_token: next.release() } : {}),
  }
}
