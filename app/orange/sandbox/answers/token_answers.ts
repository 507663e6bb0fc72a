import { jsonReply, jsonTextReply, type Reply } from '#orange/sandbox/wire/reply'

/** Status, `error` and `error_description` of each refusal of the token endpoint. */
const TOKEN_ERRORS = {
  wrong_credentials: [
    401,
    'invalid_client',
    'The requested service needs credentials, but the ones provided were invalid.',
  ],
  missing_credentials: [
    401,
    'invalid_client',
    'The requested service needs credentials, but none were provided.',
  ],
  undecodable_credentials: [401, 'invalid_client', 'Unable to decode Basic authorization.'],
  missing_grant_type: [400, 'invalid_request', 'The grant_type parameter is missing.'],
  repeated_parameter: [400, 'invalid_request', 'A parameter is included more than once.'],
  unsupported_grant_type: [
    400,
    'unsupported_grant_type',
    'The grant type is not supported by the authorization server.',
  ],
  wrong_method: [405, 'invalid_request', 'The token endpoint only supports the POST method.'],
  not_acceptable: [406, 'invalid_request', 'The answer is only available as application/json.'],
} as const satisfies Record<string, readonly [number, string, string]>

export type TokenRefusal = keyof typeof TOKEN_ERRORS

const REFUSAL_HEADERS: Record<number, Record<string, string>> = {
  401: { 'WWW-Authenticate': 'Basic realm="Authorization Required"' },
  405: { Allow: 'POST' },
}

export function tokenError(refusal: TokenRefusal): Reply {
  const [status, error, description] = TOKEN_ERRORS[refusal]
  return oauthError(status, error, description)
}

export function unknownClient(clientId: string): Reply {
  return oauthError(401, 'invalid_client', `Unknown client '${clientId}'`)
}

/** The recorded success, with its leading line break and trailing spaces. */
export function tokenSuccess(token: string, expiresIn: number | string): Reply {
  const lines = [
    `  "token_type": "Bearer",`,
    `  "access_token": ${JSON.stringify(token)},`,
    `  "expires_in": ${JSON.stringify(expiresIn)}`,
  ]
  return jsonTextReply(200, `\n{\n${lines.join('\n')}\n}\n        `)
}

function oauthError(status: number, error: string, description: string): Reply {
  return jsonReply(status, { error, error_description: description }, REFUSAL_HEADERS[status])
}
