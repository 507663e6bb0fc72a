import type { HttpClient, HttpRequest } from '#shared/http_client'

/** What libraries hand to their `fetch`. */
interface FetchOptions {
  method?: string
  headers?: Headers | Record<string, string>
  body?: unknown
}

/** Our HTTP client in the clothes of `fetch`, for libraries that speak a protocol and bring no client. */
export function fetchThrough(http: HttpClient, deadlineMs: number) {
  return async (
    url: string,
    { method = 'GET', headers = {}, body }: FetchOptions
  ): Promise<Response> => {
    const answer = await http.exchange({
      method: method as HttpRequest['method'],
      url,
      headers: Object.fromEntries(new Headers(headers)),
      body: body === undefined || body === null ? undefined : String(body),
      deadlineMs,
    })
    return new Response(answer.body, { status: answer.status, headers: { ...answer.headers } })
  }
}
