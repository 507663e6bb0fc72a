import type { Grant, IssuedToken } from '#oauth/contracts'
import type { TokenCheck } from '#oauth/wire/token_check'

/** A grant whose tokens are looked into. */
export class CheckedGrant implements Grant {
  readonly type: string
  readonly keyParts?: readonly string[]
  readonly #grant: Grant
  readonly #check: TokenCheck

  constructor(grant: Grant, check: TokenCheck) {
    this.type = grant.type
    this.keyParts = grant.keyParts
    this.#grant = grant
    this.#check = check
  }

  async close(): Promise<void> {
    await this.#grant.close?.()
  }

  async obtain(): Promise<IssuedToken> {
    const issued = await this.#grant.obtain()
    await this.#check.pass(issued)
    return issued
  }
}
