import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

/** Says of a route that anybody may call it, on purpose. */
export default class OpenMiddleware {
  handle(_: HttpContext, next: NextFn) {
    return next()
  }
}
