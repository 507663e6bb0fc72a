import { createPublicKey, type KeyObject } from 'node:crypto'
import { publicKeyFrom } from '#audit/chain/signing_key'

const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g

/**
 * The keys of a text: as PEM, as base64 of 32 bytes one a line, or as the answer of
 * `GET /api/audit/public-keys`. Lines that begin with # are passed over.
 *
 * @throws when it holds something else, or no key
 */
export function publicKeysOf(text: string): KeyObject[] {
  const keys = keysOf(text.trim())
  if (keys.length === 0) throw new TypeError('There is no public key')
  if (keys.some((key) => key.asymmetricKeyType !== 'ed25519')) {
    throw new TypeError('This is no Ed25519 key')
  }
  return keys
}

function keysOf(text: string): KeyObject[] {
  if (text.startsWith('{')) {
    const { data } = JSON.parse(text) as { data: { publicKey: string }[] }
    return data.map(({ publicKey }) => publicKeyFrom(publicKey))
  }
  if (text.includes('-----BEGIN')) {
    return [...text.matchAll(PEM)].map(([pem]) => createPublicKey(pem))
  }

  const lines = text.split(/\s*\n\s*/).filter((line) => line && !line.startsWith('#'))
  return lines.map((line) => publicKeyFrom(line))
}
