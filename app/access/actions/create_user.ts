import type { Secret } from '@adonisjs/core/helpers'
import type { Role } from '#access/abilities'
import type User from '#access/models/user'
import type { UserStore } from '#access/stores/users'
import type { Actor, EventRecorder } from '#shared/event_recorder'

export interface NewUser {
  /** In lower case. */
  email: string
  role: Role

  /** Without one, the user has API tokens only. */
  password?: Secret<string>
}

export interface PasswordHasher {
  make(password: string): Promise<string>
}

/** Adds a person or an application; the audit trail says who did it. */
export class CreateUser {
  readonly #users: UserStore
  readonly #recorder: EventRecorder
  readonly #hasher: PasswordHasher

  constructor(needs: { users: UserStore; recorder: EventRecorder; hasher: PasswordHasher }) {
    this.#users = needs.users
    this.#recorder = needs.recorder
    this.#hasher = needs.hasher
  }

  /**
   * @throws {EmailTaken}
   * @throws {AccessUnavailable}
   * @throws {RecordingUnavailable} and then there is no user either
   */
  async run({ email, role, password }: NewUser, actor: Actor): Promise<User> {
    const passwordHash = password ? await this.#hasher.make(password.release()) : null

    return this.#users.add({ email, role, passwordHash }, (user, trx) => {
      const target = { type: 'user', id: String(user.id) }
      const details = { role, password: password !== undefined }
      const event = {
        type: 'access.user.created',
        outcome: 'success',
        actor,
        target,
        details,
      } as const
      return this.#recorder.record(event, trx)
    })
  }
}
