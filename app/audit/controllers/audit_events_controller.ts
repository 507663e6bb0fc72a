import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { queryParameters } from '#audit/controllers/query_parameters'
import { type Reader, ReadEvents } from '#audit/search/read_events'
import { eventQueryOf } from '#audit/search/validators'

/** Shows what was recorded, to those who review it. */
@inject()
export default class AuditEventsController {
  readonly #read: ReadEvents

  constructor(read: ReadEvents) {
    this.#read = read
  }

  async index(ctx: HttpContext) {
    const query = await eventQueryOf(queryParameters(ctx.request))
    const { events, nextCursor = null, count } = await this.#read.list(query, readerOf(ctx))
    return { data: events, meta: { nextCursor, count } }
  }

  async show(ctx: HttpContext) {
    return { data: await this.#read.show(ctx.params.eventId, readerOf(ctx)) }
  }

  /** Every method that would change an event. */
  async refuse(ctx: HttpContext) {
    ctx.response.header('Allow', 'GET')
    const route = ctx.route?.pattern ?? 'unknown'
    await this.#read.refuseChange({ method: ctx.request.method(), route }, readerOf(ctx))
  }
}

function readerOf({ caller, request }: HttpContext): Reader {
  return { actor: caller.actor, correlationId: request.id() }
}
