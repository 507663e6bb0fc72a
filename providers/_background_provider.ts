import type { ApplicationService } from '@adonisjs/core/types'

/**
 * A provider with work that goes on in the background of a process that serves requests.
 * A process may be told to end while it is still beginning: what has begun is then ended.
 */
export abstract class BackgroundProvider {
  #beginning: Promise<void> = Promise.resolve()
  #ending = false

  constructor(protected app: ApplicationService) {}

  async ready(): Promise<void> {
    if (this.app.getEnvironment() !== 'web' || this.#ending) return
    this.#beginning = this.begin()
    await this.#beginning
  }

  async shutdown(): Promise<void> {
    this.#ending = true
    await this.#beginning
    await this.end()
  }

  /** Starts the work and does not wait for it: a database that is down keeps no server from starting. */
  protected abstract begin(): Promise<void>

  /** Ends what `begin` may or may not have started. */
  protected abstract end(): Promise<void>
}
