import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { UnknownHold } from '#audit/retention/errors'
import { LegalHolds } from '#audit/retention/legal_holds'
import {
  holdListValidator,
  placeHoldValidator,
  releaseHoldValidator,
} from '#audit/retention/validators'

const DEFAULT_LIMIT = 50
const ID = /^[1-9]\d{0,8}$/

@inject()
export default class AuditHoldsController {
  readonly #holds: LegalHolds

  constructor(holds: LegalHolds) {
    this.#holds = holds
  }

  async index({ request, caller }: HttpContext) {
    const { limit = DEFAULT_LIMIT, cursor } = await holdListValidator.validate(request.qs())
    const before = cursor === undefined ? undefined : Number(cursor)
    const { holds, next } = await this.#holds.list(
      { limit, before },
      { actor: caller.actor, correlationId: request.id() }
    )

    return { data: holds, meta: { nextCursor: next === null ? null : String(next) } }
  }

  async store({ request, response, caller }: HttpContext) {
    const { reason, ...range } = await placeHoldValidator.validate(request.body())
    const hold = await this.#holds.place(range, {
      actor: caller.actor,
      reason,
      correlationId: request.id(),
    })

    return response.created({ data: hold })
  }

  async destroy({ params, request, response, caller }: HttpContext) {
    const { reason } = await releaseHoldValidator.validate(request.qs())
    if (!ID.test(params.id)) throw new UnknownHold()
    await this.#holds.release(Number(params.id), {
      actor: caller.actor,
      reason,
      correlationId: request.id(),
    })

    return response.noContent()
  }
}
