/** The filters that take words, and the column that each looks at. */
export const WORD_FILTERS = {
  type: 'event_type',
  outcome: 'outcome',
  severity: 'severity',
  actor: 'actor_id',
  actorType: 'actor_type',
  target: 'target_id',
  tenant: 'tenant',
  token: 'token_fingerprint',
  correlationId: 'correlation_id',
} as const

export type WordFilterName = keyof typeof WORD_FILTERS

/** A word matches itself. A type that ends in `.*` matches every type that begins like it. */
export interface WordFilter {
  /** One of these, unless empty. */
  oneOf: readonly string[]

  /** None of these. An event without the field passes. */
  noneOf: readonly string[]
}

/** Which events somebody wants to see. All conditions hold together. */
export interface EventFilters {
  /** ISO 8601 in UTC with milliseconds: the earliest `occurredAt`, itself included. */
  from?: string

  /** ISO 8601 in UTC with milliseconds: the latest `occurredAt`, itself included. */
  to?: string
  words: Partial<Record<WordFilterName, WordFilter>>
}

const PREFIX_END = '.*'

/** The filters that take any text: an address or a number may be typed there. */
const FREE_TEXT = new Set<string>([
  'actor',
  'target',
  'tenant',
  'token',
  'correlationId',
] satisfies WordFilterName[])

/**
 * Reads a list like `auth.token.*,!auth.token.expired`. A `!` in front of the first word
 * turns the whole list around: `!a,b` are the events that are neither.
 */
export function wordFilterOf(text: string): WordFilter {
  const words = text.split(',').map((word) => word.trim())
  const turned = words[0].startsWith('!')
  const isNegated = (word: string) => turned || word.startsWith('!')
  const plain = (word: string) => word.replace(/^!/, '').trim()

  return {
    oneOf: words.filter((word) => !isNegated(word)).map(plain),
    noneOf: words.filter(isNegated).map(plain),
  }
}

/** What a type has to begin with, for a word like `auth.token.*`: `auth.token.`. */
export function prefixOf(word: string): string | undefined {
  return word.endsWith(PREFIX_END) ? word.slice(0, -1) : undefined
}

export function hasFilters({ from, to, words }: EventFilters): boolean {
  return from !== undefined || to !== undefined || Object.keys(words).length > 0
}

/** What was asked for as it is recorded: free text apart, where it can be erased. */
export function recordedAs(asked: Record<string, string>): {
  details: Record<string, string>
  comment?: string
} {
  const texts = Object.entries(asked)
  const free = texts.filter(([name]) => FREE_TEXT.has(name))

  return {
    details: Object.fromEntries(texts.filter(([name]) => !FREE_TEXT.has(name))),
    comment: free.map(([name, text]) => `${name}=${text}`).join('; ') || undefined,
  }
}
