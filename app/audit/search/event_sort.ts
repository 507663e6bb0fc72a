import { FILTER_COLUMNS, type FilterColumn } from '#audit/chain/audit_row'

/** A recorded element that a search can be sorted by: the name of its column. */
export type SortColumn = 'seq' | FilterColumn

export interface EventSort {
  column: SortColumn
  descending: boolean
}

/** Any order but that of the numbers. */
export interface ColumnSort extends EventSort {
  column: FilterColumn
}

/** Newest first. */
export const DEFAULT_SORT: EventSort = { column: 'seq', descending: true }

const COLUMNS = new Map<string, SortColumn>([
  ['seq', 'seq'],
  ...Object.entries(FILTER_COLUMNS).map(
    ([column, field]) => [field, column as FilterColumn] as const
  ),
])

/** The names that `sort` takes. A `-` in front turns the order around. */
export const SORT_NAMES = [...COLUMNS.keys()]

/** Reads a sort like `-occurredAt`. */
export function parseSort(text: string): EventSort | undefined {
  const descending = text.startsWith('-')
  const column = COLUMNS.get(descending ? text.slice(1) : text)
  return column && { column, descending }
}

export function isColumnSort(sort: EventSort): sort is ColumnSort {
  return sort.column !== 'seq'
}

/** A sort as it is asked for. */
export function sortText({ column, descending }: EventSort): string {
  const name = column === 'seq' ? column : FILTER_COLUMNS[column]
  return descending ? `-${name}` : name
}
