import vine, { SimpleMessagesProvider } from '@vinejs/vine'
import { ABILITIES, ROLE_NAMES } from '#access/abilities'
import { LIFETIME_RULE, parseLifetime } from '#access/lifetime'

const email = () => vine.string().trim().toLowerCase().maxLength(254).email()

const isLifetime = vine.createRule((value, _, field) => {
  if (parseLifetime(String(value)) !== undefined) return
  field.report(`The {{ field }} must be ${LIFETIME_RULE}`, 'lifetime', field)
})

/** Text like `30d`, handed on as seconds. */
const lifetime = () =>
  vine
    .string()
    .use(isLifetime())
    .transform((text) => parseLifetime(text)!)

const messages = new SimpleMessagesProvider({
  'email.email': 'This is not an e-mail address',
  'role.enum': `The role must be one of: ${ROLE_NAMES.join(', ')}`,
  'abilities.*.enum': `Abilities are: ${ABILITIES.join(', ')}`,
  'name.regex': 'The name must be printable text',
})

/** Passwords as NIST SP 800-63B wants them: long, and otherwise free. */
const password = () => vine.string().minLength(12).maxLength(256)

export const newUserValidator = vine.create({
  email: email(),
  role: vine.enum(ROLE_NAMES),
  password: password().optional(),
})
newUserValidator.messagesProvider = messages

export const tokenRequestValidator = vine.create({
  email: email(),
  name: vine
    .string()
    .trim()
    .minLength(1)
    .maxLength(100)
    .regex(/^[^\p{C}]+$/u)
    .optional(),
  abilities: vine.array(vine.enum(ABILITIES)).minLength(1).optional(),
  expires: lifetime().optional(),
})
tokenRequestValidator.messagesProvider = messages

/** The cursor is the id of the last user on the page before. */
export const reportQueryValidator = vine.create({
  cursor: vine.number().withoutDecimals().range([0, 2_147_483_647]).optional(),
  limit: vine.number().withoutDecimals().range([1, 200]).optional(),
})
