import { randomUUID } from 'node:crypto'
import { Secret } from '@adonisjs/core/helpers'
import { importJWK, importPKCS8, SignJWT, type JWK, type JWTHeaderParameters } from 'jose'
import type { ClientKey } from '#oauth/credentials/kinds'
import { TokenRequestError } from '#oauth/errors'

export interface ClientAssertionSettings {
  /** The signature (RFC 7518 §3.1), as the server expects it. Default: `RS256`. */
  algorithm?: string

  /** For whom the assertion is meant. Default: the address of the token endpoint. */
  audience?: string
}

/** Long enough for clocks that disagree a little, too short to be of use to anybody else; in seconds. */
const LIFE = 120

/**
 * A statement that the client makes about itself, used once (RFC 7523 §3).
 *
 * @param now in milliseconds since 1970
 * @throws {TokenRequestError} when the key is none, or none for the algorithm
 */
export async function signAssertion(
  client: ClientKey,
  { algorithm = 'RS256', audience, now }: ClientAssertionSettings & { now: number }
): Promise<Secret<string>> {
  const { clientId, keyId, certificateThumbprint } = client
  const header: JWTHeaderParameters = { alg: algorithm, typ: 'JWT' }
  if (keyId !== undefined) header.kid = keyId
  if (certificateThumbprint !== undefined) header['x5t#S256'] = certificateThumbprint

  const issuedAt = Math.floor(now / 1000)
  const statement = new SignJWT({ jti: randomUUID() })
    .setProtectedHeader(header)
    .setIssuer(clientId)
    .setSubject(clientId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFE)
  if (audience !== undefined) statement.setAudience(audience)

  try {
    return new Secret(await statement.sign(await importKey(client.privateKey, algorithm)))
  } catch {
    // What the library says of a key that it cannot read may quote it.
    throw new TokenRequestError({ verdict: 'terminal', reason: 'invalid_private_key' })
  }
}

async function importKey(privateKey: Secret<string>, algorithm: string) {
  const text = privateKey.release().trim()
  if (!text.startsWith('{')) return importPKCS8(text, algorithm)
  return importJWK(JSON.parse(text) as JWK, algorithm)
}
