import { randomBytes } from 'node:crypto'

export type Variables = Record<string, string>

/** All that production needs, and nothing else. New secrets every time. */
export function production(): Variables {
  return {
    APP_KEY: randomBytes(32).toString('hex'),
    APP_URL: 'https://sms.example.org',
    ORANGE_CLIENT_ID: randomBytes(16).toString('hex'),
    ORANGE_CLIENT_SECRET: randomBytes(16).toString('hex'),
    ORANGE_SMS_SENDER_ADDRESS: 'tel:+2210000',
    AUDIT_SIGNING_KEY: randomBytes(32).toString('base64'),
  }
}

/** Those of the variables that nobody may see. */
export function secretsOf(variables: Variables): string[] {
  const names = Object.keys(variables).filter((name) => /KEY$|SECRET$|HEADER$/.test(name))
  return names.map((name) => variables[name])
}
