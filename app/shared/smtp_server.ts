import type { SMTPConfig } from '@adonisjs/mail/types'
import type { Secret } from '@adonisjs/core/helpers'

/** A mail server as it is configured: by one URL, or by its parts. */
export interface SmtpServer {
  /** smtp:// or smtps://, with user name and password when it takes them. */
  url?: Secret<string>
  host?: string
  port: number
  username?: string
  password?: Secret<string>
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

/** The port on which TLS comes first (RFC 8314 §3.3); elsewhere STARTTLS is used where it is offered. */
const IMPLICIT_TLS_PORT = 465
const SUBMISSION_PORT = 587

const CONNECT_TIMEOUT_MS = 5_000
const SILENCE_TIMEOUT_MS = 10_000

/** How to reach the server. A password never leaves this machine unencrypted. */
export function smtpConnection(server: SmtpServer): SMTPConfig {
  const { host, port, secure, auth } = server.url
    ? partsOf(new URL(server.url.release()))
    : given(server)

  return {
    host,
    port,
    secure,
    requireTLS: auth !== undefined && !LOOPBACK.test(host),
    ...(auth ? { auth: { type: 'login', ...auth } } : {}),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
  }
}

function given({ host = 'localhost', port, username, password }: SmtpServer) {
  const auth = username && password ? { user: username, pass: password.release() } : undefined
  return { host, port, secure: port === IMPLICIT_TLS_PORT, auth }
}

function partsOf(url: URL) {
  const secure = url.protocol === 'smtps:'
  const port = Number(url.port) || (secure ? IMPLICIT_TLS_PORT : SUBMISSION_PORT)
  const user = decodeURIComponent(url.username)
  const auth = user ? { user, pass: decodeURIComponent(url.password) } : undefined
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, port, secure, auth }
}
