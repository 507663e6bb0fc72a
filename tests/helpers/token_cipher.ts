import app from '@adonisjs/core/services/app'
import { Secret } from '@adonisjs/core/helpers'
import { defineConfig, drivers, EncryptionManager } from '@adonisjs/core/encryption'
import { keyGeneration } from '#oauth/key_generation'
import { TokenCipher } from '#oauth/token_cipher'

/** Seals with the first of these generations of keys. The same name means the same key. */
export async function tokenCipher(...names: string[]): Promise<TokenCipher> {
  const keys = names.map((name) => keyGeneration(name, new Secret(name.padEnd(32, '-'))))
  const list = keys.map(({ id, key }) => [id, drivers.aes256gcm({ id, keys: [key.release()] })])
  const config = defineConfig({ list: Object.fromEntries(list) })
  const encryption = new EncryptionManager(await config.resolver(app))
  return new TokenCipher(
    encryption,
    keys.map(({ id }) => id)
  )
}
