/** Reads CSV as RFC 4180 defines it; throws where a file is not that. */
export function csvRecords(text: string): string[][] {
  const records: string[][] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  let record: string[] = []

  while (field.lastIndex < text.length) {
    const at = field.lastIndex
    const [, quoted, plain, end] = field.exec(text) ?? []
    if (end === undefined) throw new Error(`Not RFC 4180 at character ${at}`)

    record.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === ',') continue
    records.push(record)
    record = []
  }
  return records
}
