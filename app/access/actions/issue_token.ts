import type { Secret } from '@adonisjs/core/helpers'
import type { AccessToken } from '@adonisjs/auth/access_tokens'
import { abilitiesBeyond, abilitiesOfRole, type Ability } from '#access/abilities'
import { AbilitiesBeyondRole, UnknownUser, UserDisabled } from '#access/errors'
import type User from '#access/models/user'
import type { UserStore } from '#access/stores/users'
import type { Actor, AuditEvent, EventRecorder } from '#shared/event_recorder'

export interface TokenRequest {
  /** In lower case. */
  email: string

  /** What the owner calls it. */
  name?: string

  /** All that the role has today, unless named. */
  abilities?: readonly Ability[]

  /** 90 days, unless given. */
  lifetimeSeconds?: number
}

export interface IssuedToken {
  /** Known now and never again: the database has a hash. */
  value: Secret<string>
  abilities: readonly Ability[]
  expiresAt: Date
}

const DEFAULT_LIFETIME_SECONDS = 90 * 24 * 3600

/** Issues an API token; the audit trail says who did it. */
export class IssueToken {
  readonly #users: UserStore
  readonly #recorder: EventRecorder

  constructor(needs: { users: UserStore; recorder: EventRecorder }) {
    this.#users = needs.users
    this.#recorder = needs.recorder
  }

  /**
   * @throws {UnknownUser}
   * @throws {UserDisabled}
   * @throws {AbilitiesBeyondRole}
   * @throws {AccessUnavailable}
   * @throws {RecordingUnavailable} and then there is no token either
   */
  async run(request: TokenRequest, actor: Actor): Promise<IssuedToken> {
    const user = await this.#owner(request.email)
    const abilities = allowed(user, request.abilities)
    const lifetimeSeconds = request.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS

    const fields = { name: request.name, abilities, lifetimeSeconds }
    const token = await this.#users.addToken(user, fields, (added, trx) =>
      this.#recorder.record(issued(added, user, actor), trx)
    )
    return { value: token.value!, abilities, expiresAt: token.expiresAt! }
  }

  async #owner(email: string): Promise<User> {
    const user = await this.#users.findByEmail(email)
    if (!user) throw new UnknownUser()
    if (user.disabledAt) throw new UserDisabled()
    return user
  }
}

/** The role's abilities are written down one by one: a role that grows later leaves old tokens as they are. */
function allowed({ role }: User, wanted?: readonly Ability[]): readonly Ability[] {
  const abilities = [...new Set(wanted ?? abilitiesOfRole(role))]
  const beyond = abilitiesBeyond(role, abilities)
  if (beyond.length > 0) throw new AbilitiesBeyondRole(role, beyond)
  return abilities
}

function issued(token: AccessToken, user: User, actor: Actor): AuditEvent {
  return {
    type: 'access.token.issued',
    outcome: 'success',
    actor,
    target: { type: 'api_token', id: String(token.identifier) },
    details: {
      userId: user.id,
      role: user.role,
      abilities: token.abilities.join(' '),
      expiresAt: token.expiresAt!.toISOString(),
    },
  }
}
