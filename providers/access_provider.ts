import type { ApplicationService } from '@adonisjs/core/types'
import { Logger } from '@adonisjs/core/logger'
import { CreateUser } from '#access/actions/create_user'
import { IssueToken } from '#access/actions/issue_token'
import { ReadAccessReport } from '#access/actions/read_access_report'
import { JwtCallers } from '#access/jwt/jwt_callers'
import { Refusals } from '#access/refusals'
import { trustedIssuers } from '#config/auth'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { HttpClient } from '#shared/http_client'

/** Who may call, and the record of who may not. */
export default class AccessProvider {
  #refusals?: Refusals
  #keySetHttp?: HttpClient

  constructor(protected app: ApplicationService) {}

  register() {
    this.#registerRefusals()
    this.#registerJwtCallers()
    this.#registerActions()
  }

  /** Before the providers shut down, since counting ends with writing to the database. */
  boot() {
    this.app.terminating(async () => {
      await this.#refusals?.flush()
      const { default: User } = await import('#access/models/user')
      await User.accessTokens.settled()
    })
  }

  async shutdown() {
    this.#keySetHttp?.destroy()
  }

  #registerRefusals() {
    this.app.container.singleton(Refusals, async (resolver) => {
      this.#refusals = new Refusals({
        recorder: await resolver.make(EventRecorder),
        logger: await resolver.make(Logger),
        clock: systemClock,
      })
      return this.#refusals
    })
  }

  #registerJwtCallers() {
    const { container, config } = this.app

    container.singleton(JwtCallers, async () => {
      const { UserStore } = await import('#access/stores/users')
      // Its own connections: a caller never queues behind sends.
      this.#keySetHttp = new HttpClient(config.get('http_client.keySets'))
      return new JwtCallers({
        issuers: trustedIssuers,
        users: new UserStore(),
        http: this.#keySetHttp,
        clock: systemClock,
      })
    })
  }

  #registerActions() {
    this.app.container.singleton(CreateUser, async (resolver) => {
      const { UserStore } = await import('#access/stores/users')
      return new CreateUser({
        users: new UserStore(),
        recorder: await resolver.make(EventRecorder),
        hasher: await resolver.make('hash'),
      })
    })

    this.app.container.singleton(ReadAccessReport, async (resolver) => {
      const { UserStore } = await import('#access/stores/users')
      return new ReadAccessReport({
        users: new UserStore(),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
        issuers: trustedIssuers,
      })
    })

    this.app.container.singleton(IssueToken, async (resolver) => {
      const { UserStore } = await import('#access/stores/users')
      return new IssueToken({
        users: new UserStore(),
        recorder: await resolver.make(EventRecorder),
      })
    })
  }
}
