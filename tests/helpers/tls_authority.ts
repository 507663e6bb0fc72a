import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from '@japa/runner/core'

export interface Identity {
  key: string
  cert: string
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const DAY = ['-days', '1']

/** A certificate authority of a test's own, made by openssl and gone with the test. */
export class TlsAuthority {
  readonly #folder: string

  constructor({ cleanup }: Pick<TestContext, 'cleanup'>) {
    this.#folder = mkdtempSync(join(tmpdir(), 'tls-authority-'))
    cleanup(() => rmSync(this.#folder, { recursive: true }))
    this.#make('authority', 'IP:192.0.2.1')
  }

  /** What a client trusts that trusts this authority. */
  get certificate(): string {
    return this.#read('authority.pem')
  }

  /**
   * @param subject as openssl writes it: `IP:127.0.0.1`, `DNS:example.test`
   * @param days of validity from now on; negative: it is over
   */
  issue(subject: string, days = 1): Identity {
    const [request, cert] = [this.#path('request.pem'), this.#path('issued.pem')]
    this.#openssl(
      'req',
      ...NEW_KEY,
      '-keyout',
      this.#path('issued.key'),
      '-out',
      request,
      ...naming(subject)
    )

    const authority = ['-CA', this.#path('authority.pem'), '-CAkey', this.#path('authority.key')]
    const issuing = ['-req', '-in', request, '-copy_extensions', 'copy', '-days', String(days)]
    this.#openssl('x509', ...issuing, ...authority, '-CAcreateserial', '-out', cert)
    return { key: this.#read('issued.key'), cert: this.#read('issued.pem') }
  }

  /** A certificate that vouches for itself. */
  selfSigned(subject: string): Identity {
    this.#make('alone', subject)
    return { key: this.#read('alone.key'), cert: this.#read('alone.pem') }
  }

  #make(name: string, subject: string): void {
    const files = ['-keyout', this.#path(`${name}.key`), '-out', this.#path(`${name}.pem`)]
    this.#openssl('req', '-x509', ...NEW_KEY, ...DAY, ...files, ...naming(subject))
  }

  #openssl(...words: string[]): void {
    execFileSync('openssl', words, { stdio: 'ignore' })
  }

  #path(file: string): string {
    return join(this.#folder, file)
  }

  #read(file: string): string {
    return readFileSync(this.#path(file), 'utf8')
  }
}

function naming(subject: string): string[] {
  return ['-subj', '/CN=tests', '-addext', `subjectAltName=${subject}`]
}
