/** The part of the certified server that these tests use; it brings no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export interface KoaContext {
    oidc?: { route?: string }
    body?: unknown
  }

  export interface IssuedClientToken {
    clientId: string
    scope?: string
  }

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)

    readonly ClientCredentials: {
      find(token: string): Promise<IssuedClientToken | undefined>
    }

    callback(): (request: IncomingMessage, response: ServerResponse) => void
    use(middleware: (context: KoaContext, next: () => Promise<void>) => Promise<void>): void
    on(event: string, listener: (...values: unknown[]) => void): this
  }
}
