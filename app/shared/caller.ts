import type { Actor } from '#shared/event_recorder'

/** Who is calling: set by the access middleware on every route that is not open. */
export interface Caller {
  id: number
  abilities: ReadonlySet<string>

  /** The caller as audit events name it. */
  actor: Actor
}

declare module '@adonisjs/core/http' {
  interface HttpContext {
    caller: Caller
  }
}
