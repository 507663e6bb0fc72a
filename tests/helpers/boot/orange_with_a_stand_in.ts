/*
|--------------------------------------------------------------------------
| An entry for Orange that must not be
|--------------------------------------------------------------------------
|
| Loaded into a gateway by `--import`: config/oauth.ts finds an orangeProvider()
| whose entry has the key that STAND_IN names besides.
|
*/

import { registerHooks } from 'node:module'

const DOUBLE = 'orange-with-a-stand-in:'
const REAL = new URL('../../../app/orange/orange_provider.ts', import.meta.url).href

const SOURCE = `
  import { Secret } from '@adonisjs/core/helpers'
  import { orangeProvider as real } from ${JSON.stringify(REAL)}

  const values = { fallbackToken: new Secret('canary'), onFailure: 'anonymous' }
  const key = process.env.STAND_IN
  export const orangeProvider = (options) => ({ ...real(options), [key]: values[key] })
`

registerHooks({
  resolve(specifier, context, nextResolve) {
    const wanted = specifier === '#orange/orange_provider'
    if (wanted && context.parentURL?.endsWith('/config/oauth.ts')) {
      return { url: `${DOUBLE}${REAL}`, format: 'module', shortCircuit: true }
    }
    const parentURL = context.parentURL?.replace(DOUBLE, '')
    return nextResolve(specifier, { ...context, parentURL })
  },

  load(url, context, nextLoad) {
    if (!url.startsWith(DOUBLE)) return nextLoad(url, context)
    return { format: 'module', source: SOURCE, shortCircuit: true }
  },
})
