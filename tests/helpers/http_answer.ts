import type { HttpAnswer } from '#shared/http_client'

/** An answer as the HTTP client hands it on. */
export function httpAnswer(answer: Partial<HttpAnswer> = {}): HttpAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: '', ...answer }
}
