import { Secret } from '@adonisjs/core/helpers'
import type {
  ClientCredentials,
  ClientKey,
  ClientSecret,
  GivenToken,
  Login,
} from '#oauth/credentials/kinds'
import { instantOf } from '#oauth/life/token_lifetime'

/** What a tenant may have been given: of every kind but those that have no secret of their own. */
export type TenantCredentials = ClientSecret | ClientKey | Login | GivenToken

/** The members of a document, and their names: those of RFC 7591 where it has them. */
export const MEMBERS = {
  clientId: 'client_id',
  clientSecret: 'client_secret',

  /** Works too while a secret is being replaced. */
  otherClientSecret: 'other_client_secret',

  /** PEM (PKCS #8), or a JWK as JSON text. */
  privateKey: 'private_key',
  keyId: 'key_id',
  certificateThumbprint: 'certificate_thumbprint',
  username: 'username',
  password: 'password',
  token: 'token',

  /** Of the token: ISO 8601, or seconds or milliseconds since 1970. */
  expiresAt: 'expires_at',
} as const

/** Credentials as they are kept or sent: texts and numbers, secrets in clear. */
export type TenantCredentialsDocument = Partial<
  Record<(typeof MEMBERS)[keyof typeof MEMBERS], string | number>
>

const LONGEST = 16 * 1024

/** The kinds, by what only they have. */
const KINDS: ((document: Readonly<Record<string, unknown>>) => TenantCredentials | undefined)[] = [
  readToken,
  readLogin,
  readKey,
  readSecret,
]

/** @returns undefined when it is no such document; quotes nothing of it */
export function readTenantCredentials(document: unknown): TenantCredentials | undefined {
  const given = Object.entries((document ?? {}) as object).filter(([, value]) => value !== null)
  const members = Object.fromEntries(given)
  const texts = Object.values(MEMBERS).filter((name) => name !== MEMBERS.expiresAt)
  if (texts.some((name) => members[name] !== undefined && !isText(members[name]))) return undefined

  return KINDS.map((read) => read(members)).find((credentials) => credentials !== undefined)
}

/** What {@link readTenantCredentials} reads. */
export function writeTenantCredentials(credentials: TenantCredentials): TenantCredentialsDocument {
  const written = Object.entries(credentials).flatMap(([member, value]) =>
    Object.hasOwn(MEMBERS, member) && value !== undefined
      ? [
          [
            MEMBERS[member as keyof typeof MEMBERS],
            value instanceof Secret ? value.release() : value,
          ],
        ]
      : []
  )
  const client = 'username' in credentials ? credentials.client : undefined
  const document = Object.fromEntries(written) as TenantCredentialsDocument
  return client && isClientSecret(client)
    ? { ...document, ...writeTenantCredentials(client) }
    : document
}

export function isClientSecret(credentials: ClientCredentials): credentials is ClientSecret {
  return 'clientSecret' in credentials
}

function readToken({
  token,
  expires_at: end,
}: Readonly<Record<string, unknown>>): GivenToken | undefined {
  if (typeof token !== 'string') return undefined
  if (end === undefined) return { token: new Secret(token) }
  const expiresAt = endOf(end)
  return Number.isFinite(expiresAt) ? { token: new Secret(token), expiresAt } : undefined
}

function readLogin(members: Readonly<Record<string, unknown>>): Login | undefined {
  const { username, password } = members
  if (typeof username !== 'string' || typeof password !== 'string') return undefined
  const client = readSecret(members)
  return { username, password: new Secret(password), ...(client ? { client } : {}) }
}

function readKey(members: Readonly<Record<string, unknown>>): ClientKey | undefined {
  const { client_id: clientId, private_key: key } = members
  if (typeof clientId !== 'string' || typeof key !== 'string') return undefined
  const { key_id: keyId, certificate_thumbprint: certificateThumbprint } = members
  return { clientId, privateKey: new Secret(key), ...present({ keyId, certificateThumbprint }) }
}

function readSecret(members: Readonly<Record<string, unknown>>): ClientSecret | undefined {
  const { client_id: clientId, client_secret: secret, other_client_secret: other } = members
  if (typeof clientId !== 'string' || typeof secret !== 'string') return undefined
  const otherClientSecret = typeof other === 'string' ? new Secret(other) : undefined
  return { clientId, clientSecret: new Secret(secret), ...present({ otherClientSecret }) }
}

function present(members: Record<string, unknown>): Record<string, never> {
  const given = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Record<string, never>
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST
}

/** NaN when it is no instant. */
function endOf(value: unknown): number {
  try {
    return instantOf(value)
  } catch {
    return Number.NaN
  }
}
