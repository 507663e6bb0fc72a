import { USUAL_PATHS } from '#oauth/probing/login_shapes'
import { isLikelyLogin, mayBeLogin, stopFor, type ProbeStop } from '#oauth/probing/path_answers'
import type { HttpAnswer, HttpClient } from '#shared/http_client'
import { TransportError } from '#shared/transport_error'

/** A path at which something answers that may be a login. */
export interface LoginPath {
  url: string

  /** Its answer to a request that names nobody. */
  seen: HttpAnswer

  /** What it answered so far, as people are told. */
  answers: string[]
}

export interface LoginPathsParts {
  http: HttpClient
  deadlineMs: number
}

/** Whoever does not answer once is not asked a dozen times. */
const NO_HOST = [
  'dns_failed',
  'connection_refused',
  'connect_timeout',
  'certificate_invalid',
  'timeout',
]

/** Finds out which paths of one origin may be logins, without saying who wants to know. */
export class LoginPaths {
  /** What each path answered, in the order in which they were asked. */
  readonly answers: { path: string; answers: string[] }[] = []
  readonly #parts: LoginPathsParts
  readonly #urls: readonly string[]
  readonly #there: LoginPath[] = []

  /** @param url with a path: that one only */
  constructor(url: string, parts: LoginPathsParts) {
    const { href, origin, pathname, search } = new URL(url)
    const usual = USUAL_PATHS.map((path) => origin + path)
    this.#urls = pathname === '/' && search === '' ? usual : [href]
    this.#parts = parts
  }

  /** @returns why nothing more should be asked, if so */
  async look(): Promise<ProbeStop | undefined> {
    for (const url of this.#urls) {
      const stop = await this.#lookAt(url)
      if (stop) return stop
    }
    return undefined
  }

  likelyFirst(): readonly LoginPath[] {
    const rank = ({ seen }: LoginPath) => (isLikelyLogin(seen) ? 0 : 1)
    return this.#there.toSorted((a, b) => rank(a) - rank(b))
  }

  async #lookAt(url: string): Promise<ProbeStop | undefined> {
    const answers: string[] = []
    this.answers.push({ path: new URL(url).pathname, answers })

    try {
      const seen = await this.#ask(url)
      answers.push(String(seen.status))
      if (mayBeLogin(seen)) this.#there.push({ url, seen, answers })
      return stopFor(seen)
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      answers.push(error.failure)
      return NO_HOST.includes(error.failure) ? 'unreachable' : undefined
    }
  }

  /** A login without a name counts against no account. */
  #ask(url: string): Promise<HttpAnswer> {
    const { http, deadlineMs } = this.#parts
    const headers = { 'Accept': 'application/json', 'Content-Type': 'application/json' }
    return http.exchange({ method: 'POST', url, headers, body: '{}', deadlineMs })
  }
}
