import { failureCode } from '#shared/failure_code'
import { GatewayError } from '#shared/gateway_error'

const CURSOR_PROBLEMS = {
  unreadable: 'The cursor is not one that this route gave.',
  of_another_search: 'The cursor belongs to other filters or another sort.',
}

/** The place to go on from makes no sense. */
export class CursorRefused extends GatewayError {
  constructor(problem: keyof typeof CURSOR_PROBLEMS) {
    super(`${CURSOR_PROBLEMS[problem]} Leave it out to begin with the first page.`, {
      code: 'cursor_invalid',
      status: 400,
      retryable: false,
    })
  }
}

/** Sorting looks at every event of the time range. */
export class RangeTooLarge extends GatewayError {
  constructor(most: number) {
    super(
      `Between from and to are more than ${most} events, too many to sort by anything but seq. Choose a shorter time.`,
      { code: 'range_too_large', status: 422, retryable: false }
    )
  }
}

export class EventNotFound extends GatewayError {
  constructor() {
    super('There is no such event in the audit trail.', {
      code: 'not_found',
      status: 404,
      retryable: false,
    })
  }
}

/** Nobody may change what was recorded, whoever they are. */
export class EventsReadOnly extends GatewayError {
  constructor() {
    super('Audit events can be read and nothing else.', {
      code: 'method_not_allowed',
      status: 405,
      retryable: false,
    })
  }
}

/** The trail stands in the database, and it does not answer. */
export class TrailUnreadable extends GatewayError {
  /** The database's own code for what went wrong. Its message quotes the values of a query. */
  readonly reason: string

  constructor(error: unknown) {
    super('The audit trail cannot be read at the moment.', {
      code: 'audit_unavailable',
      status: 503,
      retryable: true,
      retryAfterMs: 5_000,
    })
    this.reason = failureCode(error)
  }
}
