/** What the demonstration prints. */

export function line(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function heading(text: string): void {
  line(`\n${text}\n${'─'.repeat(text.length)}`)
}

/** Does one step and says what came of it. */
export async function step<T>(what: string, act: () => T | Promise<T>): Promise<T> {
  process.stdout.write(`  ${what} … `)
  try {
    const result = await act()
    line(`✔ ${shortened(result)}`)
    return result
  } catch (error) {
    line('✖')
    throw error
  }
}

export function table(rows: Record<string, unknown>[]): void {
  const names = Object.keys(rows[0] ?? {})
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? '–')))]
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column].length)))

  for (const row of cells) {
    line(`  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`)
  }
}

function shortened(result: unknown): string {
  const text = typeof result === 'string' ? result : JSON.stringify(result ?? '')
  return text.startsWith('oat_') ? `${text.slice(0, 8)}…` : text.slice(0, 160)
}
