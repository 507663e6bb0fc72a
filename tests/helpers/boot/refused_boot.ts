import { existsSync } from 'node:fs'
import type { Assert } from '@japa/assert'
import type { TestContext } from '@japa/runner/core'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { LISTENING, launchGateway } from '#tests/helpers/gateway_process'
import { production, type Variables } from '#tests/helpers/boot/production'

export interface RefusedBoot {
  /** Instead of, or on top of, a good production environment. */
  wrong: Variables

  /** Variables of the good environment to leave out. */
  without?: string[]
  nodeArgs?: string[]

  /** The variables that must be named. Default: those of `wrong`. */
  named?: string[]

  /** What must not be printed. Default: the values of `wrong`. */
  hidden?: string[]
}

/** Shorter ones occur by chance: a bare 0 proves nothing. */
const SHORTEST_TELLING_VALUE = 5

/** Starts the gateway and asserts that it refuses, for exactly these reasons and telling no value. */
export async function assertRefused(
  { assert, cleanup }: TestContext & { assert: Assert },
  boot: RefusedBoot
): Promise<void> {
  const { wrong, without = [], nodeArgs, named = Object.keys(wrong) } = boot
  const folder = await temporaryFolder({ cleanup })
  const good = Object.entries(production()).filter(([name]) => !without.includes(name))
  const database = folder.file('gateway.sqlite3')

  const gateway = await launchGateway(
    { ...Object.fromEntries(good), SQLITE_PATH: database, ...wrong },
    { dotEnv: folder.path, nodeArgs }
  )

  assert.equal(await gateway.ended, 1)
  const output = gateway.output()
  assert.notMatch(output, LISTENING)
  assert.isFalse(existsSync(database), 'nothing was begun')

  const blamed = [...output.matchAll(/^- ([A-Z_]+) /gm)].map(([, name]) => name)
  assert.sameMembers(blamed, named, output)
  for (const value of boot.hidden ?? Object.values(wrong)) assertHidden(assert, output, value)
}

/** Neither the value nor any line of it. */
function assertHidden(assert: Assert, output: string, value: string): void {
  const lines = value.split(/\r?\n/).map((line) => line.trim())
  for (const line of lines.filter(({ length }) => length >= SHORTEST_TELLING_VALUE)) {
    assert.notInclude(output, line)
  }
}
