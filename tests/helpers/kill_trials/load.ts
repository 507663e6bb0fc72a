import { randomUUID } from 'node:crypto'

/** A request that was made, and what came of it; no status where the answer never came. */
export interface MadeRequest {
  requestId: string
  kind: 'send' | 'refresh' | 'stranger' | 'read'

  /** Whom an SMS was for: each number is used once. */
  to?: string
  status?: number
  headers?: Headers
  data?: Record<string, unknown>
}

export interface LoadOptions {
  url: string
  bearers: { sender: string; admin: string }

  /** Every request, in the order in which they were made; shared by all trials of a database. */
  made: MadeRequest[]

  /** How many callers send SMS at once; 8, unless said. */
  senders?: number

  /** Whether an administrator keeps forcing new tokens; yes, unless said. */
  refreshing?: boolean
}

const SENDERS = 8

/** Callers who never stop asking, until they are told to. */
export class Load {
  readonly #options: LoadOptions
  readonly #callers: Promise<void>[]
  #stopped = false

  constructor(options: LoadOptions) {
    this.#options = options
    const kinds: MadeRequest['kind'][] = [
      ...Array<'send'>(options.senders ?? SENDERS).fill('send'),
      'stranger',
      'read',
    ]
    if (options.refreshing !== false) kinds.push('refresh')
    this.#callers = kinds.map((kind) => this.#call(kind))
  }

  /** Resolves when every request that is under way has its answer, or will never have one. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#callers)
  }

  async #call(kind: MadeRequest['kind']): Promise<void> {
    while (!this.#stopped) {
      const reached = await this.#ask(kind)
      // A gateway that does not listen yet refuses at once.
      if (!reached) await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async #ask(kind: MadeRequest['kind']): Promise<boolean> {
    const { made } = this.#options
    const request: MadeRequest = { requestId: randomUUID(), kind }
    if (kind === 'send') request.to = numberOf(made.length)
    made.push(request)

    try {
      const answer = await this.#fetch(request)
      request.status = answer.status
      request.headers = answer.headers
      request.data = ((await answer.json()) as { data?: Record<string, unknown> }).data
      return true
    } catch {
      return false
    }
  }

  #fetch({ requestId, kind, to }: MadeRequest): Promise<Response> {
    const { url, bearers } = this.#options
    const bearer = { send: bearers.sender, refresh: bearers.admin, read: bearers.admin }
    const headers: Record<string, string> = {
      'x-request-id': requestId,
      'content-type': 'application/json',
      'authorization': `Bearer ${kind === 'stranger' ? 'oat_stranger' : bearer[kind]}`,
    }

    if (kind === 'read') return fetch(`${url}/api/oauth/health`, { headers })
    const [path, body] =
      kind === 'refresh'
        ? ['/api/oauth/refresh', { reason: 'A trial' }]
        : ['/api/sms/send', { to, message: 'Hello' }]
    return fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  }
}

/** None that the sandbox treats in a special way: those end in 9000 and more. */
function numberOf(count: number): string {
  const last = String(count % 9_000).padStart(4, '0')
  const first = String(Math.floor(count / 9_000)).padStart(3, '0')
  return `+22177${first}${last}`
}
