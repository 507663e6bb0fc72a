import env from '#start/env'
import { Secret } from '@adonisjs/core/helpers'
import { defineConfig, drivers } from '@adonisjs/core/encryption'
import { keyGeneration, type KeyGeneration } from '#oauth/key_generation'

const appKey = env.get('APP_KEY')

const APP = keyGeneration('app', appKey)

/**
 * The keys that stored tokens are sealed with, the newest first: that one seals, all of
 * them open. The one that is made from APP_KEY comes where `app` stands, or last.
 */
export const tokenKeys: KeyGeneration[] = withApp(
  (env.get('TOKEN_ENCRYPTION_KEYS')?.release().split(',') ?? []).map((entry) => {
    const [name, key] = entry.trim().split(':')
    return key === undefined ? APP : keyGeneration(name, new Secret(key))
  })
)

function withApp(keys: KeyGeneration[]): KeyGeneration[] {
  return keys.includes(APP) ? keys : [...keys, APP]
}

const encryptionConfig = defineConfig({
  default: 'app',
  list: {
    app: drivers.aes256gcm({ id: 'app', keys: [appKey.release()] }),
    ...Object.fromEntries(
      tokenKeys.map(({ id, key }) => [id, drivers.aes256gcm({ id, keys: [key.release()] })])
    ),
  },
})

export default encryptionConfig

declare module '@adonisjs/core/types' {
  export interface EncryptorsList extends InferEncryptors<typeof encryptionConfig> {}
}
