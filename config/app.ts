import env from '#start/env'
import { defineConfig } from '@adonisjs/core/http'

export const appKey = env.get('APP_KEY')

export const appUrl = env.get('APP_URL')

const trustedProxies = env.get('TRUSTED_PROXIES')

export const http = defineConfig({
  generateRequestId: true,
  allowMethodSpoofing: false,
  useAsyncLocalStorage: false,

  /**
   * Whose X-Forwarded-For is believed. Nobody's by default: the address in the
   * audit trail is then the one the connection came from.
   */
  trustProxy: trustedProxies.length > 0 ? trustedProxies.join(',') : false,
})
