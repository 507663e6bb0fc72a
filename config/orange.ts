import env from '#start/env'
import { Secret } from '@adonisjs/core/helpers'
import type { ClientCredentials } from '#oauth/contracts'

/** The gateway talks to a local stand-in, and nothing reaches a telephone. */
const sandboxMode = env.get('SMS_SANDBOX_MODE')

const PRODUCTION_URL = 'https://api.orange.com'

/** Where the stand-in listens and whom it admits, when nothing else is said. */
const SANDBOX = {
  url: 'http://127.0.0.1:4010',
  clientId: 'sandbox-client',
  clientSecret: 'sandbox-secret',
  senderAddress: 'tel:+2210000',
}

/** The real ones are not for a stand-in to see. */
const sandboxCredentials: ClientCredentials = {
  clientId: SANDBOX.clientId,
  clientSecret: new Secret(SANDBOX.clientSecret),
}

function baseUrl(): string {
  const given = env.get('ORANGE_API_BASE_URL')
  if (!sandboxMode) return given ?? PRODUCTION_URL

  // Whatever production uses, sandbox mode stays on this machine.
  return given?.startsWith('http://') ? given : SANDBOX.url
}

function tokenEndpoint(): string {
  const given = env.get('ORANGE_TOKEN_ENDPOINT')
  const usable = sandboxMode ? given?.startsWith('http://') : given
  return usable ? given! : `${baseUrl()}/oauth/v3/token`
}

function credentials(): ClientCredentials {
  if (sandboxMode) return sandboxCredentials

  const authorizationHeader = env.get('ORANGE_AUTHORIZATION_HEADER')
  if (authorizationHeader) return { authorizationHeader }

  const clientId = env.get('ORANGE_CLIENT_ID')
  const clientSecret = env.get('ORANGE_CLIENT_SECRET')
  return { clientId: clientId!, clientSecret: clientSecret! }
}

const senderAddresses = (env.get('ORANGE_SMS_SENDER_ADDRESS') ?? SANDBOX.senderAddress).split(
  /\s*,\s*/
)

const orangeConfig = {
  sandboxMode,
  baseUrl: baseUrl(),
  tokenEndpoint: tokenEndpoint(),
  credentials: credentials(),

  sms: {
    /** False: the send routes answer 503. */
    enabled: env.get('SMS_ENABLED'),
    path: env.get('ORANGE_SMS_ENDPOINT') ?? '/smsmessaging/v1/outbound',

    /** One per country; the one of the recipient's country is used, else the first. */
    senderAddresses,

    /** How long sending one SMS may take, retries included, in milliseconds. */
    deadlineMs: 15_000,
  },
}

export default orangeConfig
