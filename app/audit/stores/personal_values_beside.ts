import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { PersonalValue } from '#audit/recording/personal_values'

/** A row of events with the column that {@link personalValuesColumn} adds. */
export interface RowWithValues {
  personal_values: string | PersonalValue[] | null
}

const NONE: PersonalValue[] = []
const EMPTY_LIST = '[]'

const MATCHING = 'FROM audit_personal_values AS p WHERE p.event_id = audit_events.event_id'

/**
 * What has not been erased of an event, as a column of its row. Event by event through the
 * primary key: a join is at the mercy of statistics, which a database just restored has not.
 */
export function personalValuesColumn(client: QueryClientContract) {
  const [list, object] =
    client.dialect.name === 'postgres'
      ? ['json_agg', 'json_build_object']
      : ['json_group_array', 'json_object']
  const value = `${object}('field', p.field, 'salt', p.salt, 'value', p.value)`

  return client.raw(`(SELECT ${list}(${value}) ${MATCHING}) AS personal_values`)
}

/** Reads the column; the values of an event stand in the order of their fields. */
export function personalValuesIn({ personal_values: found }: RowWithValues): PersonalValue[] {
  if (!found || found === EMPTY_LIST) return NONE
  const values = typeof found === 'string' ? (JSON.parse(found) as PersonalValue[]) : found
  return values.sort((one, other) => (one.field < other.field ? -1 : 1))
}
