import { GatewayError } from '#shared/gateway_error'

/** Nobody signs in at this provider, or not in this way. */
export class SignInNotOffered extends GatewayError {
  constructor() {
    super(
      'Nobody signs in at this provider in this way: see `grant` and `signIn` in config/oauth.ts.',
      {
        code: 'sign_in_not_offered',
        status: 404,
        retryable: false,
      }
    )
  }
}

/** Somebody's sign-in came to nothing. What stood there before still does. */
export class SignInFailed extends GatewayError {
  /** Why, as a word for programs: an error of RFC 6749 §4.1.2.1 or RFC 8628 §3.5, or one of ours. */
  readonly reason: string

  constructor(reason: string) {
    super(`Nobody is signed in by this (${reason}). ${ADVICE[reason] ?? 'Begin again.'}`, {
      code: 'sign_in_failed',
      status: 400,
      retryable: false,
    })
    this.reason = reason
  }
}

const ADVICE: Record<string, string> = {
  unknown_state:
    'This sign-in was not begun here, is too old, or was finished already: begin again.',
  no_refresh_token:
    'The provider gave no refresh token: ask for the scope that makes it give one, often offline_access.',
  access_denied: 'The person, or a rule of the provider, said no.',
  expired_token: 'Nobody entered the code in time: begin again.',
}
