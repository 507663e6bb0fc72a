import type { AnswerFormat } from '#oauth/wire/answer_format'
import type { Login } from '#oauth/credentials/kinds'
import type { Cause } from '#oauth/events'
import { foundFormat } from '#oauth/probing/found_format'
import { attemptLogin } from '#oauth/probing/login_attempt'
import { shapesFor, type LoginShape } from '#oauth/probing/login_shapes'
import { LoginPaths, type LoginPath } from '#oauth/probing/login_paths'
import { foundIncomplete, stopForAccount, type ProbeStop } from '#oauth/probing/path_answers'
import { probeEvents } from '#oauth/probing/probe_events'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'
import type { HttpClient } from '#shared/http_client'

export interface ProbeLoginParts {
  http: HttpClient
  recorder: EventRecorder
  clock: Clock
}

/** A login that works, as an entry of config/oauth.ts has to describe it. */
export interface FoundLogin extends LoginShape {
  url: string
  answerFormat: AnswerFormat
}

export interface ProbeResult {
  found?: FoundLogin
  stopped?: ProbeStop

  /** How often the name and the password were sent. */
  attempts: number

  /** What each path answered, in order: statuses, and words where there was no answer. */
  answers: { path: string; answers: string[] }[]
}

/** The password is sent so often at most: a host may lock the account that fails too often. */
const MOST_ATTEMPTS = 12

/** Of each request, in milliseconds. */
const DEADLINE_MS = 10_000

/**
 * Finds out how one host wants to be signed in to: which of the usual paths are there, by
 * requests that name nobody; then the known shapes there, once each, until one brings a token
 * or an answer says that the account is locked or throttled. Whatever is sent goes to the
 * origin of the address; no redirect is followed.
 */
export class ProbeLogin {
  readonly #parts: ProbeLoginParts

  constructor(parts: ProbeLoginParts) {
    this.#parts = parts
  }

  /**
   * @param url of a host, or of the one path there that is to be tried; checked before
   * @throws {RecordingUnavailable} when it could not be recorded
   */
  async run({ url, login }: { url: string; login: Login }, cause: Cause): Promise<ProbeResult> {
    const { recorder } = this.#parts
    const { host } = new URL(url)
    await recorder.record(probeEvents.requested(host, cause))
    const result = await this.#probe(url, login)

    const { found, stopped, attempts } = result
    const reasonCode = found ? 'found' : (stopped ?? 'not_found')
    const outcome = { found: found !== undefined, reasonCode, attempts }
    await recorder.record(probeEvents.probed(host, outcome, cause))
    return result
  }

  async #probe(url: string, login: Login): Promise<ProbeResult> {
    const paths = new LoginPaths(url, { ...this.#parts, deadlineMs: DEADLINE_MS })
    const result: ProbeResult = { attempts: 0, answers: paths.answers }
    result.stopped = await paths.look()

    for (const path of paths.likelyFirst()) {
      if (result.found || result.stopped) break
      await this.#signIn(path, login, result)
    }
    return result
  }

  /** A format that a path does not take, and a password that it refused, are not repeated there. */
  async #signIn(path: LoginPath, login: Login, result: ProbeResult): Promise<void> {
    const { clock } = this.#parts
    const skipped = new Set<LoginShape['format']>()

    for (const shape of shapesFor(login.username)) {
      if (skipped.has(shape.format)) continue
      if (result.attempts === MOST_ATTEMPTS) return void (result.stopped = 'attempts_used_up')

      result.attempts++
      const { url, seen } = path
      const attempt = { url, shape, login }
      const answer = await attemptLogin(attempt, { ...this.#parts, deadlineMs: DEADLINE_MS })
      path.answers.push(typeof answer === 'string' ? answer : String(answer.status))
      if (typeof answer === 'string') return

      const answerFormat = foundFormat({ answer, now: clock.now() })
      if (answerFormat) return void (result.found = { url, ...shape, answerFormat })
      result.stopped = stopForAccount(answer)
      if (result.stopped || isOver(answer.status, foundIncomplete(seen))) return
      if (answer.status === 415) skipped.add(shape.format)
    }
  }
}

/** @param complete whether the path has said before that it looks at what a login consists of */
function isOver(status: number, complete: boolean): boolean {
  if (status === 404 || status === 405 || isRedirect(status)) return true
  return complete && (status === 401 || status === 403)
}

/** Where a page takes people who have signed in, nobody finds a token. */
function isRedirect(status: number): boolean {
  return status >= 300 && status < 400
}
