import { refuse } from '#orange/sandbox/refusal'
import { checkAtGate } from '#orange/sandbox/routes/gate'
import type { SandboxState } from '#orange/sandbox/state'
import type { ApiRequest } from '#orange/sandbox/wire/api_request'
import { jsonReply, type Reply } from '#orange/sandbox/wire/reply'

/** GET /sms/admin/v1/contracts: what is left of the bundle. */
export class ContractsRoute {
  readonly #state: SandboxState

  constructor(state: SandboxState) {
    this.#state = state
  }

  handle(request: ApiRequest): Reply {
    const { settings, contract } = this.#state
    if (request.method !== 'GET') return refuse({ code: 61 }, settings)

    const refusal = checkAtGate(request, this.#state)
    return refusal ? refuse(refusal, settings) : jsonReply(200, contract.describe(settings))
  }
}
