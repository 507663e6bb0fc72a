import type { AccessToken } from '#oauth/life/access_token'
import type { HttpAnswer } from '#shared/http_client'

/** An answer of Orange, and the token with which it was had. */
export interface AuthenticatedAnswer {
  answer: HttpAnswer
  token: AccessToken
}
