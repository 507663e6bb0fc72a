import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'

/** Whether a legal hold protects an event of the surrounding query, for `whereExists`. */
export function held(query: DatabaseQueryBuilderContract): void {
  whereHeld(query.from('audit_holds').select('audit_holds.id'))
}

/**
 * Pairs of events and the holds that protect them: those that are not released and whose
 * range the event happened or was recorded in.
 */
export function whereHeld(query: DatabaseQueryBuilderContract): DatabaseQueryBuilderContract {
  return query
    .whereNull('audit_holds.released_at')
    .where((from) => {
      from
        .whereNull('audit_holds.from_at')
        .orWhereColumn('audit_holds.from_at', '<=', 'audit_events.recorded_at')
    })
    .where((to) => {
      to.whereNull('audit_holds.to_at').orWhereColumn(
        'audit_holds.to_at',
        '>=',
        'audit_events.occurred_at'
      )
    })
}
