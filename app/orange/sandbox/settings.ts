import {
  checkFields,
  flag,
  integer,
  listOf,
  nullOr,
  oneOf,
  text,
  type Rule,
} from '#orange/sandbox/rules'

/** How the sandbox behaves where Orange's behaviour varies or is not known for sure. */
export interface SandboxSettings {
  /** Life of the tokens issued from now on, in seconds. */
  tokenLifeSeconds: number

  /** Recorded answers carry a JSON number; Orange's own pages print a string. */
  expiresInAs: 'number' | 'string'

  /** Answer with the token issued last while it lives, and the life it has left. */
  reuseTokens: boolean

  /** Whether a new token revokes the ones before it. */
  oneTokenAtATime: boolean

  /** Whether a request without an Accept header is answered 406. */
  requireAcceptHeader: boolean

  /** Whether a wrong client id is answered "Unknown client '…'" instead of the usual text. */
  nameUnknownClients: boolean

  /** `not_subscribed` is answered with code 50, `blocked` with code 51. */
  application: 'approved' | 'not_subscribed' | 'blocked'

  /** Anything but `active` is answered with POL0001. */
  contract: 'active' | 'expired' | 'none'

  /** What is left of the bundle. Each 160 characters of an accepted SMS take one unit. */
  availableUnits: number

  /** Sends accepted per second; null: no limit. */
  sendsPerSecond: number | null

  /** Status of the answer "too many requests" (code 53): sources disagree. */
  paceStatus: 403 | 429

  /** Text of the Retry-After header of that answer; null: no header. */
  paceRetryAfter: string | null

  /** Form of `variables` in platform errors: old and new sources disagree. */
  variablesAs: 'array' | 'string' | 'absent'

  /** Longest text accepted, in UTF-16 code units. Beyond it: SVC0280. */
  maxMessageLength: number

  /** Sender names that Orange has registered; null: any well-formed one. */
  registeredSenderNames: string[] | null

  /** Whether a repeated clientCorrelator is answered SVC0005. */
  refuseRepeatedCorrelators: boolean

  /** Whether a 201 carries a Location header equal to its resourceURL. */
  locationHeader: boolean
}

export const DEFAULT_SETTINGS: Readonly<SandboxSettings> = {
  tokenLifeSeconds: 3600,
  expiresInAs: 'number',
  reuseTokens: false,
  oneTokenAtATime: false,
  requireAcceptHeader: false,
  nameUnknownClients: false,
  application: 'approved',
  contract: 'active',
  availableUnits: 1_000_000,
  sendsPerSecond: 5,
  paceStatus: 403,
  paceRetryAfter: null,
  variablesAs: 'array',
  maxMessageLength: 1024,
  registeredSenderNames: null,
  refuseRepeatedCorrelators: false,
  locationHeader: false,
}

const headerText: Rule = {
  expects: 'printable ASCII',
  accepts: (value) => typeof value === 'string' && /^[\x20-\x7e]*$/.test(value),
}

const RULES: Record<keyof SandboxSettings, Rule> = {
  tokenLifeSeconds: integer(1, 31_536_000),
  expiresInAs: oneOf('number', 'string'),
  reuseTokens: flag,
  oneTokenAtATime: flag,
  requireAcceptHeader: flag,
  nameUnknownClients: flag,
  application: oneOf('approved', 'not_subscribed', 'blocked'),
  contract: oneOf('active', 'expired', 'none'),
  availableUnits: integer(0, 1_000_000_000),
  sendsPerSecond: nullOr(integer(1, 1_000_000)),
  paceStatus: oneOf(403, 429),
  paceRetryAfter: nullOr(headerText),
  variablesAs: oneOf('array', 'string', 'absent'),
  maxMessageLength: integer(1, 100_000),
  registeredSenderNames: nullOr(listOf(text)),
  refuseRepeatedCorrelators: flag,
  locationHeader: flag,
}

/**
 * The known settings among `changes`, checked.
 *
 * @throws {InvalidInstruction} A name is unknown or a value has the wrong form.
 */
export function parseSettings(changes: unknown): Partial<SandboxSettings> {
  checkFields(changes, RULES)
  return changes as Partial<SandboxSettings>
}
