import { gatewayError } from '#orange/sandbox/answers/gateway_answers'
import { ContractsRoute } from '#orange/sandbox/routes/contracts_route'
import { SmsRoute } from '#orange/sandbox/routes/sms_route'
import { TokenRoute } from '#orange/sandbox/routes/token_route'
import type { SandboxState } from '#orange/sandbox/state'
import type { ApiRequest } from '#orange/sandbox/wire/api_request'
import type { RouteResult } from '#orange/sandbox/wire/reply'

export type RouteName = 'token' | 'sms' | 'contracts' | 'unknown'

/** Orange's API, without the wire: a request in, an answer out. */
export class OrangeApi {
  readonly #token: TokenRoute
  readonly #sms: SmsRoute
  readonly #contracts: ContractsRoute

  constructor(state: SandboxState) {
    this.#token = new TokenRoute(state)
    this.#sms = new SmsRoute(state)
    this.#contracts = new ContractsRoute(state)
  }

  async answer(request: ApiRequest): Promise<RouteResult> {
    if (request.segments === undefined) return gatewayError(20)

    switch (routeOf(request)) {
      case 'token':
        return this.#token.handle(request)
      case 'sms':
        return this.#sms.handle(request, request.segments[3])
      case 'contracts':
        return this.#contracts.handle(request)
      case 'unknown':
        return gatewayError(60)
    }
  }
}

export function routeOf({ segments = [] }: ApiRequest): RouteName {
  const path = segments.join('/')
  if (path === 'oauth/v3/token') return 'token'
  if (path === 'sms/admin/v1/contracts') return 'contracts'

  const [api, version, direction, , leaf, ...rest] = segments
  const sends = [api, version, direction, leaf].join('/') === 'smsmessaging/v1/outbound/requests'
  return sends && rest.length === 0 ? 'sms' : 'unknown'
}
