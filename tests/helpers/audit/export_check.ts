import { createHash, createPublicKey, verify } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { ExportManifest } from '#audit/export/manifest'
import type { AuditBody } from '#audit/recording/audit_body'
import { testSigningKey } from '#tests/helpers/audit/test_trail'

/*
|--------------------------------------------------------------------------
| An export, checked by hand
|--------------------------------------------------------------------------
|
| As somebody would who has the file, the public key and the documentation,
| and none of our code.
|
*/

export interface ReadEvent {
  seq: number
  prevFingerprint: string
  fingerprint: string
  body: AuditBody
  personal?: Record<string, { value: string; salt: string }>
}

const sha256 = (...parts: (string | Buffer)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** SHA-256(0x00 ‖ fingerprint of the event before ‖ body). */
export function fingerprintByHand(previous: string, body: string): string {
  return sha256(Buffer.of(0), Buffer.from(previous, 'hex'), Buffer.from(body))
}

/** The events and the manifest, in which everything that can be recomputed is as it should be. */
export function readNdjson(file: Buffer): { events: ReadEvent[]; manifest: ExportManifest } {
  const lines = file.toString().split('\n')
  if (lines.pop() !== '') throw new Error('The file does not end with a line break')
  const closing = lines.pop()!
  const events = lines.map(readLine)

  return { events, manifest: readManifest(file, closing, `${closing}\n`) }
}

function readLine(line: string): ReadEvent {
  const event = JSON.parse(line) as ReadEvent
  const body = canonicalize(event.body)!
  if (!line.includes(`,"body":${body}`)) throw new Error(`${event.seq} is not as it was hashed`)
  if (fingerprintByHand(event.prevFingerprint, body) !== event.fingerprint) {
    throw new Error(`${event.seq} has another fingerprint`)
  }

  for (const [field, { value, salt }] of Object.entries(event.personal ?? {})) {
    const commitment = sha256(Buffer.from(salt, 'hex'), value)
    if ((event.body.commitments as Record<string, string>)[field] !== commitment) {
      throw new Error(`${event.seq} was committed to another ${field}`)
    }
  }
  return event
}

/** @param tail the last line of the file, as it stands there */
export function readManifest(file: Buffer, closing: string, tail: string): ExportManifest {
  const { manifest, signature, keyId } = JSON.parse(closing)
  const before = file.subarray(0, file.length - Buffer.byteLength(tail))
  if (sha256(before) !== manifest.sha256) throw new Error('The digest is of another file')

  const spki = testSigningKey.publicKey.export({ format: 'der', type: 'spki' })
  if (keyId !== sha256(spki).slice(0, 16)) throw new Error('Another key is named')
  const text = `audit-manifest-v1\n${canonicalize(manifest)}`
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  if (!verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))) {
    throw new Error('The signature is wrong')
  }
  return manifest
}
