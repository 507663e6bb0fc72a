import { flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import type { Cause } from '#oauth/events'
import type { EncryptedTokenStore } from '#oauth/stores/encrypted'
import { AnsweringCommand, WrongUse, type CommandAnswer } from './_answering_command.js'

const REASON = { shortest: 3, longest: 200 }

/** A command on the token store that gateways share. */
export abstract class TokenCommand extends AnsweringCommand {
  static options: CommandOptions = { startApp: true }

  /** A wait of the engine does not keep a process alive; a command that waits has to live. */
  readonly #awake = setInterval(() => {}, 60_000)

  override async run(): Promise<void> {
    try {
      await super.run()
    } finally {
      clearInterval(this.#awake)
    }
  }

  async answer(): Promise<CommandAnswer> {
    const answer = await this.act()
    // Memory stood in for a store that failed meanwhile, and is gone with this process.
    if (await this.#degraded()) {
      const { StoreUnavailable } = await import('#oauth/errors')
      throw new StoreUnavailable()
    }
    return answer
  }

  protected abstract act(): Promise<CommandAnswer>

  async #degraded(): Promise<boolean> {
    const { OAuthManager } = await import('#oauth/oauth_manager')
    const manager = await this.app.container.make(OAuthManager)
    return manager.storeState.degraded
  }

  /**
   * @throws {WrongUse} where tokens are kept in the memory of each process
   * @throws {StoreUnavailable}
   */
  protected async store(): Promise<EncryptedTokenStore> {
    const { OAuthManager } = await import('#oauth/oauth_manager')
    const { EncryptedTokenStore: Store } = await import('#oauth/stores/encrypted')
    const manager = await this.app.container.make(OAuthManager)
    const { store } = manager.sharing
    if (!(store instanceof Store)) {
      throw new WrongUse(
        `Tokens are kept in the memory of each process here (store "${store.name}"): ask the gateway itself, by its API.`
      )
    }

    await store.states(['probe'])
    return store
  }
}

/** A token command that does something, about one provider, for a reason that the trail keeps. */
export abstract class TokenActionCommand extends TokenCommand {
  @flags.string({ description: 'Which provider; the default one without it' })
  declare provider?: string

  @flags.string({ description: 'Why; stands in the audit trail' })
  declare reason?: string

  /** @throws {WrongUse} without a reason */
  protected async cause(): Promise<Cause> {
    const { operator } = await import('#access/operator')
    const reason = this.reason?.trim() ?? ''
    if (reason.length < REASON.shortest || reason.length > REASON.longest) {
      throw new WrongUse(
        `Say why, in ${REASON.shortest} to ${REASON.longest} characters: --reason="…"`
      )
    }
    return { actor: operator(), comment: reason }
  }
}
