import { flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'
import type { Cause } from '#oauth/events'
import type { EncryptedTokenStore } from '#oauth/stores/encrypted'
import { AnsweringCommand, WrongUse } from './_answering_command.js'

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

  /**
   * @throws {WrongUse} where tokens are kept in the memory of each process
   * @throws {StoreUnavailable}
   */
  protected async store(): Promise<EncryptedTokenStore> {
    const { OAuthManager } = await import('#oauth/oauth_manager')
    const { StoreUnavailable } = await import('#oauth/errors')
    const { EncryptedTokenStore: Store } = await import('#oauth/stores/encrypted')
    const manager = await this.app.container.make(OAuthManager)
    const { store } = manager.sharing
    if (!(store instanceof Store)) {
      throw new WrongUse(
        `Tokens are kept in the memory of each process here (store "${store.name}"): ask the gateway itself, by its API.`
      )
    }

    await store.states(['probe'])
    if (manager.storeState.degraded) throw new StoreUnavailable()
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
