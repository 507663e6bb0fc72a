import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import app from '@adonisjs/core/services/app'
import type { TestContext } from '@japa/runner/core'
import { temporaryFolder } from '#tests/helpers/boot/folder'

/** What a copy of the project needs to run, besides its packages. */
const PARTS = [
  '.adonisjs',
  '.env.example',
  'ace.js',
  'adonisrc.ts',
  'app',
  'bin',
  'commands',
  'config',
  'database',
  'package.json',
  'pinned_node.js',
  'providers',
  'start',
  'tsconfig.json',
]

/** A copy of the project in a folder of the test's own, gone when it ends. */
export async function projectCopy({ cleanup }: Pick<TestContext, 'cleanup'>) {
  const folder = await temporaryFolder({ cleanup })
  for (const part of PARTS) {
    await cp(app.makePath(part), folder.file(part), { recursive: true })
  }
  await symlink(app.makePath('node_modules'), folder.file('node_modules'))
  return folder
}

/** The same with further providers: the text of their entries, as somebody would type them. */
export async function projectWithProviders(context: Pick<TestContext, 'cleanup'>, entries: string) {
  const folder = await projectCopy(context)
  const file = folder.file('config/oauth.ts')
  const config = await readFile(file, 'utf8')
  const more = config
    .replace('import { changes,', 'import { changes, credentials, grants,')
    .replace('providers: {', `providers: {\n${entries}`)
  await writeFile(file, `import { Secret } from '@adonisjs/core/helpers'\n${more}`)
  return folder
}
