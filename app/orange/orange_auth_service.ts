import type { Secret } from '@adonisjs/core/helpers'
import type { AccessToken } from '#oauth/life/access_token'
import type { Cause } from '#oauth/events'
import type { OAuthTokenService, TokenRequest } from '#oauth/oauth_token_service'
import type { TokenHealth, TokenInfo } from '#oauth/life/token_health'
import { UnansweredRequest } from '#orange/errors'
import type { AuthenticatedAnswer } from '#orange/authenticated_answer'
import { orangeEvents } from '#orange/events'
import { leastTime } from '#orange/least_time'
import { verdictOn } from '#orange/orange_answers'
import type { Clock } from '#shared/clock'
import { RecordingUnavailable, type AuditEvent, type EventRecorder } from '#shared/event_recorder'
import type { HttpAnswer, HttpClient, HttpRequest } from '#shared/http_client'
import { TransportError } from '#shared/transport_error'

export interface OrangeAuthServiceParts {
  tokens: OAuthTokenService
  http: HttpClient
  recorder: EventRecorder
  clock: Clock
}

export type AuthenticatedHeaders = Record<string, string | Secret<string>>

/** Puts Orange's token on requests, and renews it when Orange refuses it. */
export class OrangeAuthService {
  readonly #parts: OrangeAuthServiceParts

  /** Orange has said "too many requests", and accepted nothing since. */
  #throttled = false

  constructor(parts: OrangeAuthServiceParts) {
    this.#parts = parts
  }

  /** @throws {TokenUnavailable} */
  async getAuthenticatedHeaders(request?: TokenRequest): Promise<AuthenticatedHeaders> {
    return headersFor(await this.#parts.tokens.getAccessToken(request))
  }

  /** @throws {TokenUnavailable} */
  async prepareAuthenticatedRequest(request: HttpRequest, cause?: Cause): Promise<HttpRequest> {
    return withToken(request, await this.#parts.tokens.getAccessToken(cause))
  }

  /**
   * Sends a request with the current token. When Orange refuses the token, the request is
   * sent once more with another one: a refused token means that nothing was accepted, so
   * this is safe for a POST too. The request's deadline covers both.
   *
   * @throws {TokenUnavailable} when there is no token to send with
   * @throws {UnansweredRequest} when there was no whole answer
   */
  async send(request: HttpRequest, cause: Cause = {}): Promise<AuthenticatedAnswer> {
    const { clock } = this.#parts
    const deadline = clock.monotonic() + request.deadlineMs
    const first = await this.#exchange(request, deadline, cause)
    if (!(await this.handleAuthError(first.answer, first.token, cause))) return first
    if (clock.monotonic() > deadline - leastTime(request.deadlineMs)) return first

    try {
      const replay = await this.#exchange(request, deadline, cause)
      const refusedAgain = await this.handleAuthError(replay.answer, replay.token, cause)
      await this.#note(orangeEvents.retriedAfter401(replay, { cause, accepted: !refusedAgain }))
      return replay
    } catch (error) {
      if (error instanceof UnansweredRequest) {
        await this.#note(orangeEvents.unansweredAfter401(error, cause))
      }
      throw error
    }
  }

  /**
   * Looks at an answer for what it says about the token. Answers true when the token was
   * refused and has been given up, so that the request may be sent once more.
   */
  async handleAuthError(
    answer: HttpAnswer,
    token: AccessToken,
    cause: Cause = {}
  ): Promise<boolean> {
    const { tokens, recorder } = this.#parts
    const { verdict, reason } = verdictOn(answer)
    if (answer.status < 500 && answer.status !== 401) tokens.confirm(token)

    if (verdict === 'token_rejected' || verdict === 'credentials_missing') {
      await recorder.record(
        orangeEvents.rejected401({ answer, token }, { cause, code: reason.code })
      )
    }
    if (verdict === 'accepted') this.#throttled = false
    if (verdict === 'throttled' && !this.#throttled) {
      this.#throttled = true
      await recorder.record(orangeEvents.throttled({ answer, token }, { cause, code: reason.code }))
    }
    if (verdict !== 'token_rejected') return false

    await tokens.invalidate(token, cause)
    return true
  }

  /** Resolves when a request could be sent now: a token is in hand, or was to be had. */
  async ensureAvailable(cause?: Cause): Promise<void> {
    await this.#parts.tokens.ensureAvailable(cause)
  }

  getStatus(): { tokenInfo: TokenInfo; health: TokenHealth } {
    const { tokens } = this.#parts
    return { tokenInfo: tokens.getTokenInfo(), health: tokens.healthCheck() }
  }

  /** @throws {TokenRequestError} when Orange gave no token; the old one is kept */
  async forceTokenRefresh(cause: Cause): Promise<TokenInfo> {
    await this.#parts.tokens.refreshToken(cause)
    return this.#parts.tokens.getTokenInfo()
  }

  async #exchange(
    request: HttpRequest,
    deadline: number,
    cause: Cause
  ): Promise<AuthenticatedAnswer> {
    const { tokens, http, clock } = this.#parts
    const longestWaitMs = deadline - leastTime(request.deadlineMs) - clock.monotonic()
    const token = await tokens.getAccessToken({ ...cause, longestWaitMs })
    const deadlineMs = Math.max(1, Math.ceil(deadline - clock.monotonic()))

    try {
      return { answer: await http.exchange(withToken({ ...request, deadlineMs }, token)), token }
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      throw new UnansweredRequest(error, token.fingerprint)
    }
  }

  /**
   * Orange may have accepted the replay: that cannot be undone because the trail is down, and
   * a caller who is told that nothing was done sends again. The recorder has logged why.
   */
  async #note(event: AuditEvent): Promise<void> {
    try {
      await this.#parts.recorder.record(event)
    } catch (error) {
      if (!(error instanceof RecordingUnavailable)) throw error
    }
  }
}

function headersFor(token: AccessToken): AuthenticatedHeaders {
  return { Authorization: token.authorization, Accept: 'application/json' }
}

function withToken(request: HttpRequest, token: AccessToken): HttpRequest {
  return { ...request, headers: { ...request.headers, ...headersFor(token) } }
}
