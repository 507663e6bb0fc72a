import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { PublishedEvidence } from '#audit/checkpoints/published_evidence'
import { checkpointsValidator } from '#audit/checkpoints/validators'

/** What a reviewer needs to check the trail without us: checkpoints, and the keys that signed them. */
@inject()
export default class AuditCheckpointsController {
  readonly #evidence: PublishedEvidence

  constructor(evidence: PublishedEvidence) {
    this.#evidence = evidence
  }

  async index({ request, caller }: HttpContext) {
    const page = await checkpointsValidator.validate(request.qs())
    const { checkpoints, nextCursor } = await this.#evidence.checkpoints(page, {
      actor: caller.actor,
      correlationId: request.id(),
    })
    return { data: checkpoints, meta: { nextCursor } }
  }

  async publicKeys({ request, caller }: HttpContext) {
    const reader = { actor: caller.actor, correlationId: request.id() }
    return { data: await this.#evidence.publicKeys(reader) }
  }
}
