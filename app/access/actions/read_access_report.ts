import type { AccessToken } from '@adonisjs/auth/access_tokens'
import { type Ability, abilitiesOf, EVERYTHING_OF_THE_ROLE } from '#access/abilities'
import type User from '#access/models/user'
import type { UserStore } from '#access/stores/users'
import type { Clock } from '#shared/clock'
import type { Actor, EventRecorder } from '#shared/event_recorder'

export interface ReportQuery {
  /** Continue behind the user with this id. */
  after?: number

  /** How many users at most. */
  limit: number
}

/** A token that is still valid. Its value is known to its holder alone. */
export interface HeldToken {
  id: string
  name: string | null

  /** What its holder may do with it today. */
  abilities: Ability[]

  /** What it was issued for. `*` is all that the role has. */
  granted: string[]
  createdAt: string
  lastUsedAt: string | null
  expiresAt: string | null
}

export interface AccessOfUser {
  userId: number
  email: string
  role: string

  /** What the role allows; nothing, while the user is disabled. */
  abilities: Ability[]
  disabledAt: string | null
  createdAt: string

  /** The newest first. */
  tokens: HeldToken[]

  /** How many more there are than are listed. */
  tokensLeftOut: number
}

export interface AccessReport {
  users: AccessOfUser[]

  /** Id to continue behind. Absent on the last page. */
  next?: number

  /** ISO 8601, UTC. */
  asOf: string
}

/** How many tokens of one user are listed. */
const MOST_TOKENS = 100

/** Tells who may do what today, and records who asked. */
export class ReadAccessReport {
  readonly #users: UserStore
  readonly #recorder: EventRecorder
  readonly #clock: Clock

  constructor(needs: { users: UserStore; recorder: EventRecorder; clock: Clock }) {
    this.#users = needs.users
    this.#recorder = needs.recorder
    this.#clock = needs.clock
  }

  /**
   * @throws {AccessUnavailable}
   * @throws {RecordingUnavailable} and then nothing is handed out
   */
  async run(
    query: ReportQuery,
    reader: { actor: Actor; correlationId?: string }
  ): Promise<AccessReport> {
    const now = this.#clock.now()
    const page = await this.#users.page({ after: query.after, limit: query.limit + 1 })
    const users = page.slice(0, query.limit)
    const tokens = await this.#users.validTokens(users, { now: new Date(now), most: MOST_TOKENS })

    await this.#recorder.record({
      type: 'audit.read',
      outcome: 'success',
      ...reader,
      target: { type: 'access_report', id: 'users' },
      details: { limit: query.limit, after: query.after ?? null, count: users.length },
    })
    return {
      users: users.map((user) => accessOf(user, tokens.get(user.id))),
      next: page.length > users.length ? users.at(-1)!.id : undefined,
      asOf: new Date(now).toISOString(),
    }
  }
}

function accessOf(user: User, held?: { tokens: AccessToken[]; total: number }): AccessOfUser {
  const { tokens = [], total = 0 } = held ?? {}

  return {
    userId: user.id,
    email: user.email,
    role: user.role,
    abilities: abilitiesToday(user, [EVERYTHING_OF_THE_ROLE]),
    disabledAt: user.disabledAt?.toUTC().toISO() ?? null,
    createdAt: user.createdAt.toUTC().toISO()!,
    tokens: tokens.map((token) => heldToken(token, user)),
    tokensLeftOut: total - tokens.length,
  }
}

function heldToken(token: AccessToken, user: User): HeldToken {
  return {
    id: String(token.identifier),
    name: token.name,
    abilities: abilitiesToday(user, token.abilities),
    granted: token.abilities,
    createdAt: token.createdAt.toISOString(),
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    expiresAt: token.expiresAt?.toISOString() ?? null,
  }
}

function abilitiesToday({ role, disabledAt }: User, granted: readonly string[]): Ability[] {
  return disabledAt ? [] : [...abilitiesOf(role, granted)]
}
