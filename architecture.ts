/*
|--------------------------------------------------------------------------
| Who may know whom
|--------------------------------------------------------------------------
|
| The one table behind docs/architecture.md. The lint rules and the
| architecture test are made from it, so a new arrow is one word here.
|
*/

/**
 * Which capabilities each capability may import, besides itself. A folder of app/ that is
 * not listed may import none; a listed folder inside another is closed to it.
 */
export const capabilities: Record<string, readonly string[]> = {
  'shared': [],
  'oauth': ['shared'],
  'orange': ['oauth', 'shared'],
  'presets': ['oauth', 'shared'],
  // Stands in for Orange: sharing code with what it is there to test would hide mistakes.
  'orange/sandbox': [],
  'sms': ['orange', 'oauth', 'shared'],
  'access': ['shared'],
  'audit': ['shared'],
  'monitoring': ['oauth', 'shared'],
}

/** Everything else belongs to the composition root, of which routes need two things. */
export const allowedInRoutes = ['start/kernel', 'generated/controllers']

/** What only some folders of a capability may know. `files` are globs. */
export interface Knowledge {
  packages: RegExp
  files: readonly string[]
  message: string
}

export const http: Knowledge = {
  packages: /^@adonisjs\/core\/(http|types\/http|bodyparser|services\/(router|server))$/,
  files: [
    'app/*/controllers/**/*.ts',
    'app/*/middleware/**/*.ts',
    'app/*/routes.ts',
    'app/shared/exception_handler.ts',
  ],
  message: 'Only controllers/, middleware/ and routes.ts know HTTP.',
}

export const sql: Knowledge = {
  packages: /^(@adonisjs\/(lucid|redis)|better-sqlite3|pg|knex)(\/|$)/,
  files: ['app/*/models/**/*.ts', 'app/*/stores/**/*.ts', 'app/*/credentials/**/*.ts'],
  message: 'Only models/, stores/ and credentials/ know the database.',
}

/** A contract may take the transaction that it joins; this type is all it may know of one. */
export const transactionType = {
  module: '@adonisjs/lucid/types/database',
  name: 'TransactionClientContract',
}

/** The capability of a path below app/, without `app/` in front. */
export function capabilityOf(path: string): string | undefined {
  const owners = Object.keys(capabilities).filter((name) => path.startsWith(`${name}/`))
  return owners.sort((a, b) => b.length - a.length)[0]
}
