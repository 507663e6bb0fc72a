import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

/** The types of Lucid know no null among bindings, which the databases do. */
type Row = Readonly<Record<string, string | number>>

/** Rows of one statement on SQLite: few sizes, so that few statements have to be prepared. */
const SIZES = [64, 16, 4, 1]

/** Inserts rows that all have the same columns, each database in the way that costs it the least. */
export async function insertRows(
  trx: TransactionClientContract,
  table: string,
  rows: readonly object[]
): Promise<void> {
  if (rows.length === 0) return
  const insert = trx.dialect.name === 'postgres' ? insertAsJson : insertBySizes
  await insert(trx, { table, columns: Object.keys(rows[0]) }, rows as Row[])
}

interface Target {
  table: string
  columns: string[]
}

/** One binding: PostgreSQL takes longer over one for each value than over the insert itself. */
async function insertAsJson(
  trx: TransactionClientContract,
  { table, columns }: Target,
  rows: readonly Row[]
): Promise<void> {
  const names = columns.join()
  await trx.rawQuery(
    `INSERT INTO ${table} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${table}, ?)`,
    [JSON.stringify(rows)]
  )
}

async function insertBySizes(
  trx: TransactionClientContract,
  { table, columns }: Target,
  rows: readonly Row[]
): Promise<void> {
  const marks = `(${columns.map(() => '?').join()})`
  let start = 0

  while (start < rows.length) {
    const size = SIZES.find((candidate) => start + candidate <= rows.length)!
    const values = rows
      .slice(start, start + size)
      .flatMap((row) => columns.map((column) => row[column]))
    const tuples = Array.from({ length: size }, () => marks).join()
    await trx.rawQuery(`INSERT INTO ${table} (${columns.join()}) VALUES ${tuples}`, values)
    start += size
  }
}
