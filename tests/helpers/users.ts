import { randomUUID } from 'node:crypto'
import { DateTime } from 'luxon'
import type { Role } from '#access/abilities'
import User from '#access/models/user'

/** A user of their own for each test: nothing to clean up, nobody to meet. */
export function createUser(role: Role, options: { disabled?: boolean } = {}): Promise<User> {
  return User.create({
    email: `${role}-${randomUUID()}@example.test`,
    password: null,
    role,
    disabledAt: options.disabled ? DateTime.utc() : null,
  })
}

/** An API token of the user. `expiresIn` counts seconds; a negative number has expired. */
export async function tokenOf(
  user: User,
  options: { abilities?: string[]; expiresIn?: number } = {}
): Promise<string> {
  const { abilities = ['*'], expiresIn = 3600 } = options
  const token = await User.accessTokens.create(user, abilities, { expiresIn })
  return token.value!.release()
}

/** The API token of a new user of this role, as `client.get(…).bearerToken(…)` takes it. */
export async function bearer(role: Role): Promise<string> {
  return tokenOf(await createUser(role))
}
