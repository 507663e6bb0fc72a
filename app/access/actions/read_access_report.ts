import { accessOf, type AccessOfUser } from '#access/access_of_user'
import type { TrustedIssuer } from '#access/jwt/trusted_issuer'
import type { UserStore } from '#access/stores/users'
import type { Clock } from '#shared/clock'
import type { Actor, EventRecorder } from '#shared/event_recorder'

export interface ReportQuery {
  /** Continue behind the user with this id. */
  after?: number

  /** How many users at most. */
  limit: number
}

export interface AccessReport {
  users: AccessOfUser[]

  /** Id to continue behind. Absent on the last page. */
  next?: number

  /** ISO 8601, UTC. */
  asOf: string
}

export interface ReadAccessReportParts {
  users: UserStore
  recorder: EventRecorder
  clock: Clock
  issuers: readonly TrustedIssuer[]
}

/** How many tokens of one user are listed. */
const MOST_TOKENS = 100

/** Tells who may do what today, and records who asked. */
export class ReadAccessReport {
  readonly #users: UserStore
  readonly #recorder: EventRecorder
  readonly #clock: Clock
  readonly #issuers: readonly TrustedIssuer[]

  constructor(needs: ReadAccessReportParts) {
    this.#users = needs.users
    this.#recorder = needs.recorder
    this.#clock = needs.clock
    this.#issuers = needs.issuers
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
      users: users.map((user) =>
        accessOf(user, { ...tokens.get(user.id), issuers: this.#issuers })
      ),
      next: page.length > users.length ? users.at(-1)!.id : undefined,
      asOf: new Date(now).toISOString(),
    }
  }
}
