import { userInfo } from 'node:os'
import type { Actor } from '#shared/event_recorder'

/** Who acts through a command: the account of the operating system that runs it. */
export function operator(): Actor {
  return { type: 'system', id: `os:${accountName()}` }
}

function accountName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    return String(process.getuid?.() ?? 'unknown')
  }
}
