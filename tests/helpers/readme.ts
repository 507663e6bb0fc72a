import { readFileSync } from 'node:fs'
import app from '@adonisjs/core/services/app'

/** The first block of code below a heading of the README. */
export function codeInReadme(heading: string): string {
  const readme = readFileSync(app.makePath('README.md'), 'utf8')
  const [, below = ''] = readme.split(`## ${heading}\n`)
  const code = /```ts\n(.*?)```/s.exec(below)?.[1]
  if (code === undefined) throw new Error(`The README has no code below "${heading}"`)
  return code
}
