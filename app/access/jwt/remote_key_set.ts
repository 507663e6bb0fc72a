import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { KeySetUnavailable } from '#access/errors'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'
import { parseJsonObject } from '#shared/strict_json'
import { TransportError } from '#shared/transport_error'

/** One exchange, in milliseconds: a caller waits for it. */
const DEADLINE_MS = 4_000

/** For how long keys are used without another look, in milliseconds. */
const FRESH_MS = 10 * 60_000

/** For how long at most while the issuer does not answer: a key that it took back ends by then. */
const LONGEST_MS = 60 * 60_000

/** Keys that nobody has heard of are looked for once in this time: anybody can name one. */
const UNKNOWN_KEY_MS = 30_000

/** Nobody is asked so soon after a failure: callers would do it hundreds of times a second. */
const AFTER_FAILURE_MS = 5_000

interface Held {
  find: JWTVerifyGetKey
  at: Instant
}

interface Instant {
  wall: number
  monotonic: number
}

/** The keys that an issuer publishes (RFC 7517 §5), asked for by one caller for all. */
export class RemoteKeySet {
  readonly #url: string
  readonly #http: HttpClient
  readonly #clock: Clock
  #held?: Held
  #asking?: Promise<Held>
  #failed?: { error: KeySetUnavailable; at: Instant }

  constructor(url: string, { http, clock }: { http: HttpClient; clock: Clock }) {
    this.#url = url
    this.#http = http
    this.#clock = clock
  }

  /**
   * @throws {KeySetUnavailable} when it cannot be known whether there is such a key
   * @throws jose's errors when there is none
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const held = await this.#current()
    try {
      return await held.find(header, token)
    } catch (error) {
      const newer = error instanceof errors.JWKSNoMatchingKey && (await this.#newerThan(held))
      if (!newer) throw error
      return newer.find(header, token)
    }
  }

  /** What is published by now, unless that was looked at a moment ago. */
  async #newerThan(held: Held): Promise<Held | undefined> {
    if (this.#held !== held) return this.#held
    return this.#since(held.at) < UNKNOWN_KEY_MS ? undefined : this.#renew()
  }

  async #current(): Promise<Held> {
    const held = this.#held
    const age = held ? this.#since(held.at) : Infinity
    if (held && age < FRESH_MS) return held

    try {
      return await this.#renew()
    } catch (error) {
      if (held && age < LONGEST_MS) return held
      throw error
    }
  }

  #renew(): Promise<Held> {
    const { error, at } = this.#failed ?? {}
    if (error && this.#since(at!) < AFTER_FAILURE_MS) return Promise.reject(error)

    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<Held> {
    try {
      const find = await this.#fetch()
      this.#failed = undefined
      this.#held = { find, at: this.#now() }
      return this.#held
    } catch (cause) {
      const error = new KeySetUnavailable(reasonOf(cause))
      this.#failed = { error, at: this.#now() }
      throw error
    }
  }

  async #fetch(): Promise<JWTVerifyGetKey> {
    const { status, body } = await this.#http.exchange({
      method: 'GET',
      url: this.#url,
      headers: { accept: 'application/jwk-set+json, application/json' },
      deadlineMs: DEADLINE_MS,
    })
    if (status !== 200) throw new KeySetUnavailable(`http_${status}`)
    return createLocalJWKSet(parseJsonObject(body) as unknown as JSONWebKeySet)
  }

  #now(): Instant {
    return { wall: this.#clock.now(), monotonic: this.#clock.monotonic() }
  }

  /** By the clock that went further: one may be set back, the other stands still while suspended. */
  #since({ wall, monotonic }: Instant): number {
    const now = this.#now()
    return Math.max(now.wall - wall, now.monotonic - monotonic)
  }
}

/** What a key set that cannot be read says is not ours to repeat. */
function reasonOf(error: unknown): string {
  if (error instanceof KeySetUnavailable) return error.reason
  return error instanceof TransportError ? error.failure : 'malformed'
}
