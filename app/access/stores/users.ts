import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { AccessToken } from '@adonisjs/auth/access_tokens'
import type { Ability, Role } from '#access/abilities'
import { AccessUnavailable, EmailTaken } from '#access/errors'
import User from '#access/models/user'
import type { HeldTokens } from '#access/stores/api_tokens'
import { GatewayError } from '#shared/gateway_error'
import { inTransaction } from '#shared/transaction'

/** More work of the transaction that writes a row: both commit, or neither. */
export type Alongside<Row> = (row: Row, trx: TransactionClientContract) => Promise<void>

export interface UserFields {
  email: string
  role: Role
  passwordHash: string | null
}

export interface TokenFields {
  name?: string
  abilities: readonly Ability[]
  lifetimeSeconds: number
}

/** SQLite's and PostgreSQL's words for "this value is there already". */
const NOT_UNIQUE = new Set(['SQLITE_CONSTRAINT_UNIQUE', '23505'])

/**
 * People, applications and their tokens.
 *
 * Every method throws {@link AccessUnavailable} when the database fails.
 */
export class UserStore {
  findByEmail(email: string): Promise<User | null> {
    return guarded(() => User.findBy('email', email))
  }

  /** @throws {EmailTaken} */
  add(fields: UserFields, alongside: Alongside<User>): Promise<User> {
    return together(async (trx) => {
      const user = await insert(fields, trx)
      await alongside(user, trx)
      return user
    })
  }

  /** Users in the order of their ids. */
  page({ after = 0, limit }: { after?: number; limit: number }): Promise<User[]> {
    return guarded(() => User.query().where('id', '>', after).orderBy('id').limit(limit))
  }

  /** Tokens of these users that have not expired, by user: the newest `most`, and how many there are. */
  validTokens(
    users: readonly User[],
    options: { now: Date; most: number }
  ): Promise<Map<number, HeldTokens>> {
    return guarded(() =>
      User.accessTokens.validOf(
        users.map(({ id }) => id),
        options
      )
    )
  }

  addToken(
    user: User,
    fields: TokenFields,
    alongside: Alongside<AccessToken>
  ): Promise<AccessToken> {
    return together(async (trx) => {
      const token = await User.accessTokens.within(trx).create(user, [...fields.abilities], {
        name: fields.name,
        expiresIn: fields.lifetimeSeconds,
      })
      await alongside(token, trx)
      return token
    })
  }
}

async function insert(fields: UserFields, trx: TransactionClientContract): Promise<User> {
  const { email, role, passwordHash } = fields
  try {
    return await User.create({ email, role, password: passwordHash }, { client: trx })
  } catch (error) {
    throw NOT_UNIQUE.has((error as { code: string }).code) ? new EmailTaken() : error
  }
}

function together<T>(work: (trx: TransactionClientContract) => Promise<T>): Promise<T> {
  return guarded(() => inTransaction(User, work))
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof GatewayError ? error : new AccessUnavailable(error)
  }
}
