const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const

const MAX_LIFETIME_SECONDS = 2 * 366 * SECONDS.d

export const LIFETIME_RULE = 'a number and a unit, like 12h, 30d or 8w; at most two years'

/** Seconds in a text like `30d`, or undefined when it is none or beyond what a token may live. */
export function parseLifetime(text: string): number | undefined {
  const [, number, unit] = /^([1-9]\d{0,8})([smhdw])$/.exec(text) ?? []
  if (!number) return undefined

  const seconds = Number(number) * SECONDS[unit as keyof typeof SECONDS]
  return seconds <= MAX_LIFETIME_SECONDS ? seconds : undefined
}
