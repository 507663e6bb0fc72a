import { inject } from '@adonisjs/core'
import type { NextFn } from '@adonisjs/core/types/http'
import type { HttpContext } from '@adonisjs/core/http'
import { SmsSettings } from '#sms/sms_settings'
import { SmsDisabled } from '#sms/errors'

/** The operator's switch: while it is off, nothing is sent. */
@inject()
export default class SmsEnabledMiddleware {
  readonly #settings: SmsSettings

  constructor(settings: SmsSettings) {
    this.#settings = settings
  }

  handle(_: HttpContext, next: NextFn) {
    if (!this.#settings.enabled) throw new SmsDisabled()
    return next()
  }
}
