import { readdirSync } from 'node:fs'
import app from '@adonisjs/core/services/app'
import { startNode, type NodeProcess } from '#tests/helpers/boot/node_process'
import { production, type Variables } from '#tests/helpers/boot/production'

/** The migrations of this version, as Lucid notes them. */
export const MIGRATIONS = readdirSync(app.makePath('database/migrations'))
  .map((file) => `database/migrations/${file.replace(/\.ts$/, '')}`)
  .toSorted()

/** Asks for the migrations that have run. */
export const NOTED = 'SELECT name FROM adonis_schema ORDER BY name'

export const WAITING = /Another process is migrating: waiting for it/

/** Starts `migration:run` as in production, with these words after it. */
export function migrating(database: Variables, ...words: string[]): NodeProcess {
  const { ENV_PATH: dotEnv, ...variables } = { ...production(), ...database }
  return startNode(['ace.js', 'migration:run', ...words], variables, { dotEnv })
}

/** The exit codes of processes, and all that they have printed. */
export async function allEnded(processes: NodeProcess[]) {
  const exitCodes = await Promise.all(processes.map(({ ended }) => ended))
  return { exitCodes, output: processes.map(({ output }) => output()).join('\n') }
}
