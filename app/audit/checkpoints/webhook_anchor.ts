import type { Anchor } from '#audit/checkpoints/anchor'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import { NotKept } from '#audit/checkpoints/errors'
import type { HttpClient } from '#shared/http_client'
import { TransportError } from '#shared/transport_error'

export interface WebhookAnchorParts {
  http: HttpClient

  /** May be secret by itself: it stands in no log, event or error. */
  url: string

  /** How long one delivery may take, in milliseconds. */
  deadlineMs: number
}

/** Posts each checkpoint as JSON. Any 2xx means that it is kept; redirects are not followed. */
export class WebhookAnchor implements Anchor {
  readonly name = 'webhook'
  readonly #parts: WebhookAnchorParts

  constructor(parts: WebhookAnchorParts) {
    this.#parts = parts
  }

  /** @throws {NotKept} */
  async keep(checkpoint: Checkpoint): Promise<void> {
    const status = await this.#post(JSON.stringify(checkpoint))
    if (status < 200 || status > 299) throw new NotKept(`status_${status}`)
  }

  async #post(body: string): Promise<number> {
    const { http, url, deadlineMs } = this.#parts
    try {
      const headers = { 'content-type': 'application/json' }
      const answer = await http.exchange({ method: 'POST', url, headers, body, deadlineMs })
      return answer.status
    } catch (error) {
      throw new NotKept(error instanceof TransportError ? error.failure : 'unknown')
    }
  }
}
