import { BlockList, isIPv6 } from 'node:net'
import env from '#start/env'
import { defineConfig } from '@adonisjs/core/http'

export const appKey = env.get('APP_KEY')

export const appUrl = env.get('APP_URL')

/** Addresses and ranges, as they were given. */
export const trustedProxies = env.get('TRUSTED_PROXIES')

const trusted = new BlockList()
for (const entry of trustedProxies) {
  const [address, bits] = entry.split('/')
  const family = familyOf(address)
  if (bits === undefined) trusted.addAddress(address, family)
  else trusted.addSubnet(address, Number(bits), family)
}

export const http = defineConfig({
  generateRequestId: true,
  allowMethodSpoofing: false,
  useAsyncLocalStorage: false,

  /**
   * Whose X-Forwarded-For is believed. Nobody's, unless TRUSTED_PROXIES names them: the address in the
   * audit trail is then the one the connection came from.
   */
  trustProxy: (address) => trusted.check(address, familyOf(address)),
})

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
