import { failureCode } from '#shared/failure_code'
import { GatewayError } from '#shared/gateway_error'
import type { Ability } from '#access/abilities'

/** The caller is known, but may not do this. */
export class Forbidden extends GatewayError {
  constructor(ability: Ability) {
    super(`This takes the ability ${ability}, which the token does not have.`, {
      code: 'forbidden',
      status: 403,
      retryable: false,
    })
  }
}

/** People and tokens are kept in the database, and it does not answer. */
export class AccessUnavailable extends GatewayError {
  /** The database's own code for what went wrong. Its message quotes the values of a query. */
  readonly reason: string

  constructor(error: unknown) {
    super('People and API tokens cannot be looked up or changed at the moment.', {
      code: 'access_unavailable',
      status: 503,
      retryable: true,
      retryAfterMs: 5_000,
    })
    this.reason = failureCode(error)
  }
}

/** The keys that a caller's JWT has to be checked with cannot be had from its issuer. */
export class KeySetUnavailable extends GatewayError {
  /** @param reason a word for programs: a transport failure, `http_500`, `malformed` */
  constructor(readonly reason: string) {
    super('The keys of the issuer of this token cannot be had at the moment.', {
      code: 'access_unavailable',
      status: 503,
      retryable: true,
      retryAfterMs: 5_000,
    })
  }
}

export class EmailTaken extends GatewayError {
  constructor() {
    super('There is a user with this e-mail address already.', {
      code: 'email_taken',
      status: 409,
      retryable: false,
    })
  }
}

export class UnknownUser extends GatewayError {
  constructor() {
    super('There is no user with this e-mail address.', {
      code: 'user_unknown',
      status: 404,
      retryable: false,
    })
  }
}

export class UserDisabled extends GatewayError {
  constructor() {
    super('This user is disabled.', { code: 'user_disabled', status: 409, retryable: false })
  }
}

export class AbilitiesBeyondRole extends GatewayError {
  constructor(role: string, abilities: readonly Ability[]) {
    super(`The role ${role} cannot be given: ${abilities.join(', ')}.`, {
      code: 'abilities_beyond_role',
      status: 422,
      retryable: false,
    })
  }
}
