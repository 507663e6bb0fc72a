import type { FoundLogin } from '#oauth/actions/probe_login'

/** A login that was found, as an entry to paste into `providers` of config/oauth.ts. */
export function providerEntry({ url, format, fields, answerFormat }: FoundLogin): string {
  const options = object({ format, fields })
  const endpoint = [
    `    url: ${text(url)},`,
    `    clientAuthentication: 'none',`,
    ...(Object.keys(answerFormat).length > 0 ? [`    answerFormat: ${object(answerFormat)},`] : []),
  ]

  return [
    `partner: {`,
    `  grant: grants.password(${options}),`,
    `  credentials: credentials.config({`,
    `    username: env.get('PARTNER_USERNAME'),`,
    `    password: env.get('PARTNER_PASSWORD'),`,
    `  }),`,
    `  endpoint: {`,
    ...endpoint,
    `  },`,
    `},`,
  ].join('\n')
}

/** The rules of the variables that it reads, for start/env.ts. */
export const ENTRY_VARIABLES = [
  `PARTNER_USERNAME: text({ required: () => true }),`,
  `PARTNER_PASSWORD: requiredSecret({ minLength: 1 }),`,
].join('\n')

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) return object(value)
  return typeof value === 'string' ? text(value) : String(value)
}

function object(members: object): string {
  const pairs = Object.entries(members).map(([name, value]) => `${name}: ${literal(value)}`)
  return `{ ${pairs.join(', ')} }`
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
