import vine, { errors, SimpleMessagesProvider } from '@vinejs/vine'
import type { FieldContext } from '@vinejs/vine/types'
import { type EventFilters, wordFilterOf } from '#audit/search/event_filters'
import type { EventQuery } from '#audit/search/event_search'
import { DEFAULT_SORT, parseSort, SORT_NAMES } from '#audit/search/event_sort'
import { INSTANT_RULE, parseInstant } from '#audit/search/instants'

/** How many events a page has. */
const USUAL_EVENTS = 50
const MOST_EVENTS = 200

const MOST_WORDS = 20
const LONGEST_WORD = 128

const TYPE = /^[\w-]+(\.[\w-]+)*(\.\*)?$/

/** No control characters: none was ever recorded, and PostgreSQL takes no NUL. */
const WORD = /^[^\p{Cc}]+$/u

const OUTCOMES = /^(success|failure|unknown)$/
const SEVERITIES = /^(informational|low|medium|high|critical)$/
const ACTOR_TYPES = /^(system|user)$/

interface WordRule {
  form: RegExp

  /** What is taken, as the end of a sentence. */
  takes: string
}

const isWordList = vine.createRule((value: unknown, { form, takes }: WordRule, field) => {
  if (typeof value !== 'string') return
  const { oneOf, noneOf } = wordFilterOf(value)
  const words = [...oneOf, ...noneOf]

  const wrong = words.some((word) => word.length > LONGEST_WORD || !form.test(word))
  if (!wrong && words.length <= MOST_WORDS) return
  field.report(`The {{ field }} field takes at most ${MOST_WORDS} ${takes}`, 'words', field)
})

const words = (form: RegExp, takes: string) =>
  vine
    .string()
    .maxLength(MOST_WORDS * (LONGEST_WORD + 2))
    .use(isWordList({ form, takes: `${takes}, separated by commas; ! in front excludes` }))
    .transform(wordFilterOf)
    .optional()

const isInstant = vine.createRule((value: unknown, end: 'from' | 'to', field: FieldContext) => {
  if (typeof value !== 'string') return
  const instant = parseInstant(value, end)
  if (instant) field.mutate(instant, field)
  else field.report(`The {{ field }} field must be ${INSTANT_RULE}`, 'instant', field)
})

const isAfterFrom = vine.createRule((value: unknown, _: undefined, field: FieldContext) => {
  const { from } = field.parent
  if (typeof from !== 'string' || typeof value !== 'string') return
  const start = parseInstant(from, 'from')
  if (start && value < start) field.report('The to field must not be before from', 'range', field)
})

const isSort = vine.createRule((value: unknown, _: undefined, field: FieldContext) => {
  const sort = typeof value === 'string' ? parseSort(value) : undefined
  if (!sort) {
    const names = SORT_NAMES.join(', ')
    return field.report(`The sort field takes one of: ${names}; - in front descends`, 'sort', field)
  }
  if (sort.column === 'seq' || (field.parent.from !== undefined && field.parent.to !== undefined)) {
    return
  }
  field.report('Sorting by anything but seq needs from and to', 'range', field)
})

/** A whole number in digits: a repeated parameter, 1e3 or an empty text is none. */
const isLimit = vine.createRule((value: unknown, _: undefined, field: FieldContext) => {
  if (typeof value !== 'string') return
  const limit = /^\d{1,3}$/.test(value) ? Number(value) : 0
  if (limit >= 1 && limit <= MOST_EVENTS) return
  field.report(`The limit field must be a number from 1 to ${MOST_EVENTS}`, 'limit', field)
})

/** What every route takes that lets somebody choose events. */
export const filterFields = {
  from: vine.string().use(isInstant('from')).optional(),
  to: vine.string().use(isInstant('to')).use(isAfterFrom()).optional(),
  type: words(TYPE, 'types like auth.token.generated or auth.token.*'),
  outcome: words(OUTCOMES, 'of success, failure and unknown'),
  severity: words(SEVERITIES, 'of informational, low, medium, high and critical'),
  actor: words(WORD, 'ids'),
  actorType: words(ACTOR_TYPES, 'of system and user'),
  target: words(WORD, 'ids'),
  tenant: words(WORD, 'names'),
  token: words(WORD, 'fingerprints'),
  correlationId: words(WORD, 'request ids'),
}

const pageFields = {
  cursor: vine.string().minLength(1).maxLength(2_000).optional(),
  limit: vine.string().use(isLimit()).transform(Number).optional(),
  sort: vine
    .string()
    .use(isSort())
    .transform((text) => parseSort(text)!)
    .optional(),
}

const eventQueryValidator = vine.create({ ...filterFields, ...pageFields })
eventQueryValidator.messagesProvider = new SimpleMessagesProvider({
  string: 'The {{ field }} field is given once, as text',
})

/**
 * Reads what somebody asks for. A name that is not known may be a filter that is
 * mistyped, which would answer with events that were not meant.
 *
 * @throws E_VALIDATION_ERROR
 */
export async function eventQueryOf(parameters: Record<string, unknown>): Promise<EventQuery> {
  refuseUnknown(parameters, [...Object.keys(filterFields), ...Object.keys(pageFields)])
  const { cursor, limit, sort, ...given } = await eventQueryValidator.validate(parameters)

  return {
    filters: filtersOf(given),
    sort: sort ?? DEFAULT_SORT,
    limit: limit ?? USUAL_EVENTS,
    cursor,
  }
}

/** @throws E_VALIDATION_ERROR naming every parameter that is not among `known` */
export function refuseUnknown(parameters: Record<string, unknown>, known: string[]): void {
  const unknown = Object.keys(parameters).filter((name) => !known.includes(name))
  if (unknown.length === 0) return

  const message = `This parameter is not known. Known are: ${known.join(', ')}`
  const messages = unknown.map((name) => ({ field: name.slice(0, 64), rule: 'unknown', message }))
  throw new errors.E_VALIDATION_ERROR(messages)
}

/** The filters among validated parameters. */
export function filtersOf({
  from,
  to,
  ...given
}: Pick<EventFilters, 'from' | 'to'> & EventFilters['words']): EventFilters {
  const present = Object.entries(given).filter(([, filter]) => filter !== undefined)
  return { from, to, words: Object.fromEntries(present) }
}
