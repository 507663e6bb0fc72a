import { Secret } from '@adonisjs/core/helpers'

/** Members of a token request. A list is sent as several members of one name in a form. */
export type RequestParameters = Record<
  string,
  string | number | boolean | Secret<string> | readonly string[]
>

export type BodyFormat = 'form' | 'json'

interface Encoding {
  contentType: string
  encode: (members: [name: string, value: unknown][]) => string
}

const ENCODINGS: Record<BodyFormat, Encoding> = {
  form: {
    contentType: 'application/x-www-form-urlencoded',
    encode: (members) => new URLSearchParams(members.flatMap(eachValue)).toString(),
  },
  json: {
    contentType: 'application/json',
    encode: (members) => JSON.stringify(Object.fromEntries(members)),
  },
}

/** The body of a token request, which holds secrets, and what it is. */
export function encodeBody(
  parameters: RequestParameters,
  format: BodyFormat
): { contentType: string; body: Secret<string> } {
  const { contentType, encode } = ENCODINGS[format]
  const members = Object.entries(parameters).map(([name, value]): [string, unknown] => [
    name,
    value instanceof Secret ? value.release() : value,
  ])
  return { contentType, body: new Secret(encode(members)) }
}

function eachValue([name, value]: [string, unknown]): [string, string][] {
  return [value].flat().map((each) => [name, String(each)])
}
