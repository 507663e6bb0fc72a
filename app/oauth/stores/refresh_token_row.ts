import { parseJsonObject } from '#shared/strict_json'
import type { SignedIn, SignInState } from '#oauth/sign_in/contracts'

/** A row as the database has it. Databases give large numbers as texts. */
export interface Row {
  provider: string
  tenant: string
  subject: string

  /** Null once it is over. */
  sealed: string | null
  sequence: number | string
  signed_in_at: number | string
  expires_at: number | string | null
  ended_by: string | null
}

/** The names of provider, tenant and subject, as JSON: what a row is bound to. */
export type Key = string

/** Stands for nobody in particular. */
const NOBODY = ''

export function keyOf({ provider, tenant = NOBODY, subject = NOBODY }: SignedIn): Key {
  return JSON.stringify([provider, tenant, subject])
}

export function columnsOf(key: Key): Pick<Row, 'provider' | 'tenant' | 'subject'> {
  const [provider, tenant, subject] = JSON.parse(key) as [string, string, string]
  return { provider, tenant, subject }
}

export function purposeOf(key: Key): string {
  return `refresh-token${key}`
}

export function stateOf({
  signed_in_at: at,
  expires_at: end,
  ended_by: endedBy,
}: Row): SignInState {
  return {
    signedInAt: Number(at),
    ...(end === null ? {} : { expiresAt: Number(end) }),
    ...(endedBy === null ? {} : { endedBy }),
  }
}

/** What a backup keeps of a row, besides its key. */
type Kept = Omit<Row, 'provider' | 'tenant' | 'subject'>

export function rowToText(row: Row): string {
  const { sealed, sequence, signed_in_at: at, expires_at: end } = row
  const instants = { signed_in_at: Number(at), expires_at: end === null ? null : Number(end) }
  return JSON.stringify({ sealed, sequence: Number(sequence), ...instants })
}

/** @returns undefined when it is not what {@link rowToText} wrote */
export function rowFromText(text: string): Kept | undefined {
  try {
    const { sealed, sequence, signed_in_at: at, expires_at: end } = parseJsonObject(text)
    const numbers = [sequence, at, end ?? 0].every((each) => Number.isSafeInteger(each))
    if (typeof sealed !== 'string' || !numbers) return undefined
    const instants = { signed_in_at: at as number, expires_at: (end ?? null) as number | null }
    return { sealed, sequence: sequence as number, ...instants, ended_by: null }
  } catch {
    return undefined
  }
}
