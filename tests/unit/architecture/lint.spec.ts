import app from '@adonisjs/core/services/app'
import { test } from '@japa/runner'
import { ESLint } from 'eslint'

const RULES = [
  'no-restricted-imports',
  '@typescript-eslint/no-restricted-imports',
  'no-restricted-properties',
  'no-restricted-syntax',
]

/** Loading the linter and its parser takes seconds. */
const LINT_TIMEOUT = 60_000

async function brokenRules(lint: ESLint, filePath: string, code: string): Promise<string[]> {
  const [{ messages }] = await lint.lintText(`${code}\n`, { filePath: app.makePath(filePath) })
  const fatal = messages.find((message) => message.fatal)
  if (fatal) throw new Error(fatal.message)

  return messages.map(({ ruleId }) => ruleId ?? '').filter((rule) => RULES.includes(rule))
}

const [ARROW, KNOWLEDGE, PROPERTY, SYNTAX] = RULES

test.group('Architecture | The lint rules', () => {
  test('refuse what the table does not allow', async ({ assert }) => {
    const lint = new ESLint({ cwd: app.makePath() })
    const cases = [
      ['app/oauth/x.ts', "import '#orange/errors'", ARROW],
      ['app/oauth/x.ts', "import type { X } from '#sms/errors'", ARROW],
      ['app/oauth/stores/x.ts', "export * from '#audit/chain/position'", ARROW],
      ['app/oauth/x.ts', "import '#app/orange/errors'", ARROW],
      ['app/oauth/x.ts', "import '../orange/errors.js'", ARROW],
      ['app/oauth/x.ts', "import '#config/oauth'", ARROW],
      ['app/oauth/x.ts', "import '#start/env'", ARROW],
      ['app/oauth/x.ts', "import '#start/kernel'", ARROW],
      ['app/oauth/x.ts', "import '#tests/helpers/users'", ARROW],
      ['app/oauth/x.ts', "import { env } from 'node:process'", ARROW],
      ['app/oauth/routes.ts', "import '#start/env'", ARROW],
      ['app/oauth/routes.ts', "import '#orange/errors'", ARROW],
      ['app/shared/x.ts', "import '#oauth/life/pause'", ARROW],
      ['app/orange/x.ts', "import '#sms/errors'", ARROW],
      ['app/orange/x.ts', "import '#orange/sandbox/rules'", ARROW],
      ['app/sms/x.ts', "import '#orange/sandbox/rules'", ARROW],
      ['app/orange/sandbox/wire/x.ts', "import '#orange/errors'", ARROW],
      ['app/stray/x.ts', "import '#shared/clock'", ARROW],
      ['providers/x.ts', "import '#start/env'", ARROW],
      ['app/sms/actions/x.ts', "import type { X } from '@adonisjs/core/http'", KNOWLEDGE],
      ['app/sms/actions/x.ts', "import '@adonisjs/core/services/router'", KNOWLEDGE],
      ['app/sms/stores/x.ts', "import '@adonisjs/core/http'", KNOWLEDGE],
      ['app/sms/actions/x.ts', "import '@adonisjs/lucid/services/db'", KNOWLEDGE],
      ['app/sms/controllers/x.ts', "import '@adonisjs/lucid/orm'", KNOWLEDGE],
      [
        'app/sms/x.ts',
        "import type { QueryClientContract } from '@adonisjs/lucid/types/database'",
        KNOWLEDGE,
      ],
      ['app/sms/x.ts', 'export const x = process.env.HOME', PROPERTY],
      ['app/sms/x.ts', 'export const { env } = process', PROPERTY],
      ['providers/x.ts', 'export const x = process.env.HOME', PROPERTY],
      ['providers/x.ts', 'emitter.onError(() => {})', PROPERTY],
      ['app/sms/stores/x.ts', 'await db.transaction(async () => {})', SYNTAX],
      ['app/access/stores/x.ts', 'await connect().transaction(async () => {})', SYNTAX],
    ]

    for (const [file, code, rule] of cases) {
      assert.deepEqual(await brokenRules(lint, file, code), [rule], `${file}: ${code}`)
    }
  }).timeout(LINT_TIMEOUT)

  test('let through what it allows', async ({ assert }) => {
    const lint = new ESLint({ cwd: app.makePath() })
    const transaction = 'import type { TransactionClientContract }'
    const cases = [
      ['app/oauth/x.ts', "import '#shared/clock'"],
      ['app/oauth/x.ts', "import '#oauth/life/pause'"],
      ['app/sms/x.ts', "import '#orange/errors'"],
      ['app/oauth/routes.ts', "import '#start/kernel'"],
      ['app/oauth/routes.ts', "import '#generated/controllers'"],
      ['app/oauth/routes.ts', "import '@adonisjs/core/services/router'"],
      ['app/orange/sandbox/wire/x.ts', "import '#orange/sandbox/rules'"],
      ['app/sms/controllers/x.ts', "import type { X } from '@adonisjs/core/http'"],
      ['app/sms/models/x.ts', "import '@adonisjs/lucid/orm'"],
      ['app/sms/contracts.ts', `${transaction} from '@adonisjs/lucid/types/database'`],
      ['providers/x.ts', "import '#orange/sandbox/rules'"],
      ['config/x.ts', "import '#start/env'"],
      ['start/x.ts', 'export const x = process.env.HOME'],
      ['app/audit/x.ts', 'await store.transaction(async () => {})'],
    ]

    for (const [file, code] of cases) {
      assert.deepEqual(await brokenRules(lint, file, code), [], `${file}: ${code}`)
    }
  }).timeout(LINT_TIMEOUT)
})
