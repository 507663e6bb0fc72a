import { randomUUID } from 'node:crypto'
import type { HttpContext } from '@adonisjs/core/http'
import { Logger } from '@adonisjs/core/logger'
import { inject } from '@adonisjs/core'
import type { NextFn } from '@adonisjs/core/types/http'

/** What may be written to logs and the audit trail as it is. */
const SAFE_ID = /^[\w.:-]{1,64}$/

/** Replaces a request id that a caller made up to disturb logs or the audit trail. */
@inject()
export default class RequestIdMiddleware {
  constructor(readonly logger: Logger) {}

  handle(ctx: HttpContext, next: NextFn) {
    const given = ctx.request.id()
    if (given && !SAFE_ID.test(given)) {
      ctx.request.request.headers['x-request-id'] = randomUUID()
      ctx.logger = this.logger.child({ request_id: ctx.request.id() })
    }
    return next()
  }
}
