import { configApp } from '@adonisjs/eslint-config'
import { allowedInRoutes, capabilities, http, sql, transactionType } from './architecture.ts'

/*
 * Blocks that match the same file replace each other's options of a rule. So each question
 * has a rule of its own, and within a rule the more particular block comes later:
 *
 * - no-restricted-imports                     which capability (architecture.ts)
 * - @typescript-eslint/no-restricted-imports  who knows HTTP, who knows the database
 * - no-restricted-properties                  who reads the environment
 */

/** A `group` that begins with # would be read as a comment, so patterns are `regex`. */
const RELATIVE = { regex: '^\\.', message: 'Import by alias (#oauth/…), not by relative path.' }
const PROCESS = { regex: '^(node:)?process$', message: 'The environment is read in config/ only.' }

/** `#…` imports that are neither the capability's own nor those of the ones it may know. */
function foreign(capability, { also = [] } = {}) {
  const known = [capability, ...(capabilities[capability] ?? [])].filter(Boolean)
  const closed = Object.keys(capabilities).filter(
    (name) => !known.includes(name) && known.some((parent) => name.startsWith(`${parent}/`))
  )

  const open = [...known.map((name) => `${name}/`), ...also.map((path) => `${path}$`)]
  const barred = [`(?!${open.join('|') || '$'})`, ...closed.map((name) => `${name}/`)]
  return {
    regex: `^#(${barred.join('|')})`,
    message: `This folder may import: ${known.join(', ') || 'nothing of app/'}.`,
  }
}

function capabilityBlock(files, pattern) {
  const patterns = [pattern, RELATIVE, PROCESS]
  return { files: [files], rules: { 'no-restricted-imports': ['error', { patterns }] } }
}

const arrows = [
  capabilityBlock('app/**/*.ts', foreign()),
  ...Object.keys(capabilities).map((name) => capabilityBlock(`app/${name}/**/*.ts`, foreign(name))),
  ...Object.keys(capabilities).map((name) =>
    capabilityBlock(`app/${name}/routes.ts`, foreign(name, { also: allowedInRoutes }))
  ),
  {
    files: ['providers/**/*.ts', 'commands/**/*.ts', 'database/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ ...PROCESS, regex: `${PROCESS.regex}|^#start/env$` }] },
      ],
    },
  },
]

const noHttp = { regex: http.packages.source, message: http.message }
const noSql = [
  { regex: `^(?!${transactionType.module}$)${sql.packages.source.slice(1)}`, message: sql.message },
  {
    regex: `^${transactionType.module}$`,
    allowImportNames: [transactionType.name],
    message: sql.message,
  },
]

function knowledgeBlock(files, patterns) {
  const rule = '@typescript-eslint/no-restricted-imports'
  return { files: [...files], rules: { [rule]: ['error', { patterns }] } }
}

const knowledge = [
  knowledgeBlock(['app/**/*.ts'], [noHttp, ...noSql]),
  knowledgeBlock(http.files, noSql),
  knowledgeBlock(sql.files, [noHttp]),
]

const NO_ON_ERROR = {
  property: 'onError',
  message: 'Once it is set, emit() hides every failed listener.',
}
const NO_ENVIRONMENT = {
  object: 'process',
  property: 'env',
  message: 'The environment is read in config/ only.',
}

const properties = [
  { files: ['**/*.ts'], rules: { 'no-restricted-properties': ['error', NO_ON_ERROR] } },
  {
    files: ['app/**/*.ts', 'providers/**/*.ts', 'commands/**/*.ts', 'database/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', NO_ON_ERROR, NO_ENVIRONMENT] },
  },
]

/** `store.transaction()` is the trail's own, which is made with inTransaction(). */
const transactions = {
  files: ['app/**/*.ts', 'providers/**/*.ts', 'commands/**/*.ts'],
  ignores: ['app/shared/transaction.ts'],
  rules: {
    'no-restricted-syntax': [
      'error',
      {
        selector:
          'CallExpression[callee.property.name="transaction"]:not([callee.object.name="store"]):not([callee.object.property.name="store"])',
        message: 'Lucid hides a failed COMMIT: use inTransaction() of #shared/transaction.',
      },
    ],
  },
}

/** In a test, `(await send()).status` reads as the sentence that it is. */
const tests = {
  files: ['tests/**/*.ts'],
  rules: { '@unicorn/no-await-expression-member': 'off' },
}

export default configApp(...arrows, ...knowledge, ...properties, transactions, tests)
