import { ExceptionHandler, type HttpContext } from '@adonisjs/core/http'
import type { HttpError } from '@adonisjs/core/types/http'
import { GatewayError } from '#shared/gateway_error'

/** Names that API callers see for the framework's own errors. */
const CODES: Record<string, string> = {
  E_UNAUTHORIZED_ACCESS: 'unauthenticated',
  E_INVALID_CREDENTIALS: 'unauthenticated',
  E_AUTHORIZATION_FAILURE: 'forbidden',
  E_ROUTE_NOT_FOUND: 'not_found',
  E_ROW_NOT_FOUND: 'not_found',
  E_VALIDATION_ERROR: 'validation_failed',
  E_REQUEST_ENTITY_TOO_LARGE: 'body_too_large',
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Authentication required',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
}

/**
 * Answers every failure with a problem document (RFC 9457), and says no more about
 * an unexpected one than that it happened.
 */
export default class ProblemHandler extends ExceptionHandler {
  protected override debug = false
  protected override renderStatusPages = false

  override async handle(error: unknown, ctx: HttpContext): Promise<void> {
    const problem = this.#describe(error, ctx)
    const { response } = ctx

    if (problem.status === 401) response.header('WWW-Authenticate', 'Bearer')
    if (error instanceof GatewayError && error.retryAfterMs !== undefined) {
      response.header('Retry-After', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))))
    }

    response.status(problem.status).type('application/problem+json').send(problem)
  }

  /** Logs what failed and where, but no text of a foreign error: it may quote secrets or people. */
  override async report(error: unknown, ctx: HttpContext): Promise<void> {
    const { status, code } = this.toHttpError(error)
    if (status < 500) return

    const facts = { status, code, route: ctx.route?.pattern, at: stackFrames(error) }
    if (error instanceof GatewayError) ctx.logger.warn(facts, error.message)
    else ctx.logger.error(facts, 'Unexpected error')
  }

  #describe(error: unknown, ctx: HttpContext) {
    const { status, code, message, ...rest } = this.toHttpError(error)
    const ours = error instanceof GatewayError

    return {
      type: 'about:blank',
      title: TITLES[status] ?? 'Error',
      status,
      detail: ours ? message : detailOf(status, code, message),
      code: ours ? code : (CODES[code ?? ''] ?? codeOf(status)),
      // What went wrong unexpectedly may have gone half way: only a look may be taken again.
      retryable: ours ? error.retryable : status >= 500 && isLook(ctx),
      requestId: ctx.request.id(),
      ...(ours && error.messageId ? { messageId: error.messageId } : {}),
      ...(code === 'E_VALIDATION_ERROR' ? { errors: (rest as HttpError).messages } : {}),
    }
  }
}

function detailOf(status: number, code: string | undefined, message: string): string {
  if (code === 'E_VALIDATION_ERROR') return 'The request has fields that are missing or wrong.'
  // The framework's own text repeats the address that was asked for.
  if (code === 'E_ROUTE_NOT_FOUND') return 'There is no such route.'
  if (status === 400) return 'The request cannot be read. Is the body valid JSON?'
  if (status === 401) return 'Send a valid API token: Authorization: Bearer <token>.'
  if (status >= 500) return 'Something went wrong here. The request id helps us find it.'
  return message
}

function codeOf(status: number): string {
  return status >= 500 ? 'internal_error' : 'bad_request'
}

function isLook({ request }: HttpContext): boolean {
  return request.method() === 'GET' || request.method() === 'HEAD'
}

/** Where the error was thrown: the frames of its stack without its message. */
function stackFrames(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  return stack.split('\n').flatMap((line) => (/^\s+at /.test(line) ? line.trim() : []))
}
