import { randomBytes } from 'node:crypto'
import { Canary } from '#tests/helpers/leaks/canary'

/** Characters that look different in every encoding. */
const AWKWARD = '+/~%=?&;$'

function unique(name: string): string {
  return `${name}-${randomBytes(12).toString('hex')}${AWKWARD}${randomBytes(6).toString('hex')}`
}

export type Secrets = ReturnType<typeof secrets>

/** Everything that must not be seen, different in every run. */
export function secrets() {
  const number = `+22177${Array.from(randomBytes(7), (byte) => byte % 10).join('')}`
  const clientId = unique('client')
  const clientSecret = `${unique('secret')}"\\`

  return {
    clientId,
    clientSecret,
    basic: Buffer.from(`${clientId}:${clientSecret}`).toString('base64'),
    tokens: Array.from({ length: 6 }, (_, index) => unique(`token${index}`)),
    appKey: unique('appkey'),
    signingSeed: randomBytes(32),
    monitoringSecret: unique('monitoring'),
    strangersToken: `oat_${randomBytes(24).toString('base64url')}`,
    message: `Dear ${randomBytes(6).toString('hex')}, your result ${randomBytes(9).toString('hex')}`,
    number,
  }
}

/** What nobody may read anywhere. `bearers` are the API tokens of callers. */
export function canariesOf(known: Secrets, bearers: readonly string[]): Canary[] {
  return [
    new Canary('client id', known.clientId),
    new Canary('client secret', known.clientSecret),
    new Canary('Basic header', known.basic),
    ...known.tokens.map((token, index) => new Canary(`token ${index}`, token)),
    new Canary('token of the sandbox', 'eyJ2ZXIiOiIxLjAiLCJ0eXAiOiJKV1Qi'),
    new Canary('application key', known.appKey),
    new Canary('signing key', known.signingSeed),
    new Canary('monitoring secret', known.monitoringSecret),
    new Canary('API token of a stranger', known.strangersToken),
    ...bearers.map((bearer) => new Canary('API token', bearer)),
    new Canary('message', known.message),
  ]
}

/** What the owner of a message may be told, and nobody may read in logs or in the database. */
export function numberCanaries({ number }: Secrets): Canary[] {
  return [new Canary('number', number.slice(1)), new Canary('national number', number.slice(4))]
}
