import type { FilterColumn } from '#audit/chain/audit_row'

/** From the least to the most severe (OCSF `severity_id`). */
const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical']

const WEIGHTS = SEVERITIES.map((severity, weight) => `WHEN '${severity}' THEN ${weight}`)

/**
 * What events are sorted by, as SQL. Severities sort by weight; everything else by its
 * bytes, alike on every database, where an absent value comes before all others.
 */
export function sortExpression(column: FilterColumn, dialect: string): string {
  if (column === 'severity') return `(CASE severity ${WEIGHTS.join(' ')} ELSE -1 END)`

  const bytes = dialect === 'postgres' ? 'COLLATE "C"' : 'COLLATE BINARY'
  return `(coalesce(CAST(${column} AS text), '') ${bytes})`
}
