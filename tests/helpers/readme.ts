import { readFileSync } from 'node:fs'
import app from '@adonisjs/core/services/app'

/** The first block of code below a heading of the README. */
export function codeInReadme(heading: string): string {
  return codeIn('README.md', heading)
}

/** The first block of code below a heading of a document. */
export function codeIn(document: string, heading: string): string {
  const text = readFileSync(app.makePath(document), 'utf8')
  const [, below = ''] = text.split(`## ${heading}\n`)
  const code = /```ts\n(.*?)```/s.exec(below)?.[1]
  if (code === undefined) throw new Error(`${document} has no code below "${heading}"`)
  return code
}
