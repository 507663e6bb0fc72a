/** The part of the certified server that these tests use; it brings no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export interface KoaContext {
    oidc?: {
      route?: string
      client?: { clientId: string }
      session?: { accountId?: string }
    }
    body?: unknown
  }

  export interface IssuedToken {
    clientId: string
    accountId?: string
    scope?: string
  }

  interface Kept<T> {
    find(token: string): Promise<T | undefined>
  }

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)

    readonly ClientCredentials: Kept<IssuedToken>
    readonly AccessToken: Kept<IssuedToken>
    readonly RefreshToken: Kept<IssuedToken & { consumed?: number }>
    readonly Grant: new (of: { accountId: string; clientId: string }) => {
      addOIDCScope(scope: string): void
      save(): Promise<string>
    }

    callback(): (request: IncomingMessage, response: ServerResponse) => void
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>
    ): Promise<void>
    use(middleware: (context: KoaContext, next: () => Promise<void>) => Promise<void>): void
    on(event: string, listener: (...values: unknown[]) => void): this
  }
}
