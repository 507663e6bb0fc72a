/*
|--------------------------------------------------------------------------
| Which variables there are, and where their values come from
|--------------------------------------------------------------------------
*/

import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseEnv } from 'node:util'
import { EnvLoader } from '@adonisjs/core/env'

/** A variable that the gateway reads. */
export interface KnownSetting {
  name: string

  /** Its value is shown to nobody, and may stand in a file that NAME_FILE names. */
  secret: boolean
}

/** Where the value of a variable comes from. */
export interface Source {
  source: 'default' | 'environment' | 'file'

  /** The .env file that sets it, or the variable that names the file of a secret. */
  file?: string
}

const VARIABLE = /^(?:# )?([A-Z][A-Z\d_]*)=/
const COMMENT = /^# (\* )?/

/** The variables that .env.example lists. A comment that begins with a star is that of a secret. */
export async function knownSettings(path: string | URL): Promise<KnownSetting[]> {
  const example = await readFile(path, 'utf8')
  const settings: KnownSetting[] = []
  let secret = false
  let inComment = false

  for (const line of example.split('\n')) {
    const [, name] = VARIABLE.exec(line) ?? []
    const comment = name === undefined ? COMMENT.exec(line) : null
    if (name !== undefined) settings.push({ name, secret })
    if (comment && !inComment) secret = comment[1] !== undefined
    if (line === '') secret = false
    inComment = comment !== null
  }
  return settings
}

/**
 * Tells where values come from. To be made before the environment is read: that puts what
 * .env files hold among the variables of the process.
 */
export async function sourcesOf(appRoot: URL): Promise<(setting: KnownSetting) => Source> {
  const given = new Set(names(process.env))
  const files = await new EnvLoader(appRoot).load()
  const dotEnv = files.map(({ path, contents }) => ({
    file: basename(path),
    given: new Set(names(parseEnv(contents))),
  }))

  const placeOf = (name: string): Source | undefined => {
    if (given.has(name)) return { source: 'environment' }
    const file = dotEnv.find((entry) => entry.given.has(name))
    return file && { source: 'file', file: file.file }
  }

  return ({ name, secret }) => {
    const direct = placeOf(name)
    if (direct) return direct
    const named = `${name}_FILE`
    return secret && placeOf(named) ? { source: 'file', file: named } : { source: 'default' }
  }
}

/** Those that hold something: an empty variable counts as absent. */
function names(variables: Record<string, string | undefined>): string[] {
  return Object.keys(variables).filter((name) => variables[name])
}

/** What our variables begin with. Others belong to somebody else. */
const OURS = /^(AUDIT|MONITORING|OAUTH|ORANGE|SMS|SMTP|SQLITE|TOKEN|TRUSTED)_/

/** Variables that were probably meant for the gateway, and that it does not read. */
export function unreadVariables(known: readonly KnownSetting[]): string[] {
  const read = new Set(
    known.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]))
  )
  return names(process.env).filter((name) => OURS.test(name) && !read.has(name))
}

/** Secrets that are given twice. The file is not looked at then. */
export function givenTwice(known: readonly KnownSetting[]): string[] {
  return known
    .filter(({ name, secret }) => secret && process.env[name] && process.env[`${name}_FILE`])
    .map(({ name }) => name)
}
