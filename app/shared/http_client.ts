import axios, { type AxiosInstance, type AxiosError } from 'axios'
import type { Secret } from '@adonisjs/core/helpers'
import {
  CONNECT_TIMEOUT_CODE,
  ConnectionAgents,
  type ConnectionOptions,
} from '#shared/connection_agents'
import { TransportError, type TransportFailure } from '#shared/transport_error'

export interface HttpRequest {
  method: 'GET' | 'POST' | 'DELETE'
  url: string
  headers: Record<string, string | Secret<string>>
  body?: string | Secret<string>

  /** Covers everything: waiting for a connection, sending, and the whole body of the answer. */
  deadlineMs: number
}

export interface HttpAnswer {
  status: number

  /** Names in lower case; repeated ones joined by commas. */
  headers: Readonly<Record<string, string>>

  /** The body as it came; undefined when it is not UTF-8 text. */
  body: string | undefined
}

/** No OAuth or SMS answer comes near this size, in bytes. */
const MAX_BODY = 64 * 1024

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const FAILURES: Record<string, TransportFailure> = {
  ENOTFOUND: 'dns_failed',
  EAI_AGAIN: 'dns_failed',
  ECONNREFUSED: 'connection_refused',
  EHOSTUNREACH: 'connection_refused',
  ENETUNREACH: 'connection_refused',
  ETIMEDOUT: 'connect_timeout',
  [CONNECT_TIMEOUT_CODE]: 'connect_timeout',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ERR_BAD_RESPONSE: 'truncated',
  ERR_CANCELED: 'timeout',
}

const CERTIFICATE_CODES =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS_CERT|HOSTNAME_MISMATCH|CRL_|INVALID_CA)/

const PROTOCOL_CODES = /^(EPROTO|ERR_SSL_|ERR_TLS_)/

/**
 * One exchange with one server: any status is an answer, nothing is parsed, followed
 * or retried. Failures leave as {@link TransportError}.
 */
export class HttpClient {
  readonly #agents: ConnectionAgents
  readonly #axios: AxiosInstance

  constructor(options: ConnectionOptions) {
    this.#agents = new ConnectionAgents(options)
    this.#axios = axios.create({
      httpAgent: this.#agents.http,
      httpsAgent: this.#agents.https,
      // Proxy variables of the environment would see every header.
      proxy: false,
      // A redirect would carry the Authorization header to another place.
      maxRedirects: 0,
      maxContentLength: MAX_BODY,
      responseType: 'arraybuffer',
      // Bodies pass untouched: parsing errors of the library quote what they parse.
      transformRequest: [(body) => body],
      transformResponse: [(body) => body],
      validateStatus: () => true,
    })
  }

  async exchange(request: HttpRequest): Promise<HttpAnswer> {
    try {
      const answer = await this.#axios.request<ArrayBuffer>({
        method: request.method,
        url: request.url,
        headers: releaseAll(request.headers),
        data: release(request.body),
        signal: AbortSignal.timeout(request.deadlineMs),
      })

      return {
        status: answer.status,
        headers: textOf(answer.headers),
        body: decode(answer.data),
      }
    } catch (error) {
      throw this.#toTransportError(error as AxiosError)
    }
  }

  destroy(): void {
    this.#agents.destroy()
  }

  #toTransportError(error: AxiosError): TransportError {
    const sent = this.#agents.wasReady(error.request?.socket)
    return new TransportError(classify(error, sent), sent)
  }
}

function classify(error: AxiosError, sent: boolean): TransportFailure {
  const code = error.code ?? ''
  if (error.message.startsWith('maxContentLength')) return 'too_large'
  if (CERTIFICATE_CODES.test(code)) return 'certificate_invalid'
  if (!sent && PROTOCOL_CODES.test(code)) return 'certificate_invalid'
  if (error.request?.res && code === 'ECONNRESET') return 'truncated'
  if (!sent && code === 'ERR_CANCELED') return 'connect_timeout'
  return FAILURES[code] ?? 'malformed'
}

function release<T extends string | undefined>(value: T | Secret<string>): string | T {
  return typeof value === 'object' ? value.release() : value
}

function releaseAll(headers: Record<string, string | Secret<string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, release(value)]))
}

function textOf(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

function decode(bytes: ArrayBuffer): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}
