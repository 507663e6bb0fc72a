import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { describedVerdict } from '#audit/verification/verdict'
import { VerifyTrail } from '#audit/verification/verify_trail'

/** The verdict is the answer, whatever it is: 200 says that there is one. */
@inject()
export default class AuditVerificationController {
  readonly #verification: VerifyTrail

  constructor(verification: VerifyTrail) {
    this.#verification = verification
  }

  async store({ request, caller }: HttpContext) {
    const verdict = await this.#verification.verify({
      actor: caller.actor,
      correlationId: request.id(),
    })
    return { data: describedVerdict(verdict) }
  }
}
