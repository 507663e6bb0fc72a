import { ABILITIES, type Ability } from '#access/abilities'
import type { RouteJSON } from '@adonisjs/core/types/http'

/** Who may call a route, as its middleware says. */
export type Decision = { kind: 'access'; can: Ability } | { kind: 'open' } | { kind: 'monitoring' }

interface Mark {
  name: string
  args: unknown
}

const MARKS = ['access', 'open', 'monitoring']

/**
 * What a route says about who may call it.
 *
 * @throws when it says nothing, or says what cannot be meant
 */
export function decisionOf(route: RouteJSON): Decision {
  const marks = marksOf(route)
  const access = marks.filter(({ name }) => name === 'access')

  if (marks.length === 0) throw new Error(`${titleOf(route)} does not say who may call it`)
  if (access.length === 0) return { kind: marks.some(isMonitoring) ? 'monitoring' : 'open' }
  if (marks.length > 1) throw new Error(`${titleOf(route)} says who may call it more than once`)

  const { can } = (access[0].args ?? {}) as { can?: Ability }
  if (!can || !ABILITIES.includes(can)) {
    throw new Error(`${titleOf(route)} takes an ability that does not exist`)
  }
  return { kind: 'access', can }
}

export function titleOf(route: RouteJSON): string {
  return `${route.methods.join('|')} ${route.pattern}`
}

function isMonitoring({ name }: Mark): boolean {
  return name === 'monitoring'
}

function marksOf(route: RouteJSON): Mark[] {
  return [...route.middleware.all()].flatMap((middleware) => {
    if (typeof middleware !== 'object' || !('name' in middleware)) return []
    const { name, args } = middleware as Mark
    return MARKS.includes(name) ? [{ name, args }] : []
  })
}
