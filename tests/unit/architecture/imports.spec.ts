import { readdirSync } from 'node:fs'
import app from '@adonisjs/core/services/app'
import { test } from '@japa/runner'
import { capabilities, capabilityOf } from '../../../architecture.js'
import { cycleIn, type Arrow } from '#tests/helpers/architecture/cycle'
import { importsBelow, importsOf } from '#tests/helpers/architecture/source_imports'
import { targetOf, violationsOf } from '#tests/helpers/architecture/violations'

const imports = importsBelow(app.makePath('app'))

/** What a file would break if it held this line. */
function violationsIn(file: string, line: string): string[] {
  return importsOf(file, line).flatMap(violationsOf)
}

test.group('Architecture | The imports of app/', () => {
  test('follow the arrows, and only the named folders know HTTP and SQL', ({ assert }) => {
    assert.isAbove(imports.length, 100)
    assert.deepEqual(imports.flatMap(violationsOf), [])
  })

  test('make no circle between capabilities', ({ assert }) => {
    const arrows = imports.flatMap((found): Arrow[] => {
      const from = capabilityOf(found.file)
      const to = targetOf(found)
      return from && to && from !== to ? [[from, to]] : []
    })

    assert.isNotEmpty(arrows)
    assert.isUndefined(cycleIn(arrows))
  })

  test('come from folders that the table knows', ({ assert }) => {
    const folders = readdirSync(app.makePath('app'), { withFileTypes: true })
    assert.includeMembers(
      Object.keys(capabilities),
      folders.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    )
  })
})

test.group('Architecture | The check of imports', () => {
  test('finds fault with {file}: {line}')
    .with([
      { file: 'oauth/pause.ts', line: "import { x } from '#orange/errors'" },
      { file: 'oauth/pause.ts', line: "import type { X } from '#orange/errors'" },
      { file: 'oauth/pause.ts', line: "export * from '#orange/errors'" },
      { file: 'oauth/pause.ts', line: "await import('#orange/errors')" },
      { file: 'oauth/pause.ts', line: "type X = import('#orange/errors').X" },
      { file: 'oauth/pause.ts', line: "import x = require('#orange/errors')" },
      { file: 'oauth/pause.ts', line: "import { x } from '../orange/errors.js'" },
      { file: 'oauth/pause.ts', line: "import { x } from '#app/orange/errors'" },
      { file: 'oauth/pause.ts', line: "import env from '#start/env'" },
      { file: 'oauth/pause.ts', line: "import env from '../../start/env.js'" },
      { file: 'oauth/pause.ts', line: "import { middleware } from '#start/kernel'" },
      { file: 'oauth/routes.ts', line: "import env from '#start/env'" },
      { file: 'shared/clock.ts', line: "import { x } from '#audit/chain/position'" },
      { file: 'sms/routes.ts', line: "import { x } from '#audit/chain/position'" },
      { file: 'orange/errors.ts', line: "import { x } from '#orange/sandbox/rules'" },
      { file: 'orange/sandbox/rules.ts', line: "import { x } from '#orange/errors'" },
      { file: 'stray/thing.ts', line: "import { x } from '#shared/clock'" },
      { file: 'sms/actions/send_sms.ts', line: "import { x } from '@adonisjs/core/http'" },
      { file: 'sms/actions/send_sms.ts', line: "import db from '@adonisjs/lucid/services/db'" },
      { file: 'sms/controllers/x.ts', line: "import db from '@adonisjs/lucid/services/db'" },
      { file: 'sms/stores/sms_ledger.ts', line: "import { x } from '@adonisjs/core/http'" },
      { file: 'sms/ports.ts', line: "import type { X } from '@adonisjs/lucid/types/database'" },
    ])
    .run(({ assert }, { file, line }) => {
      assert.lengthOf(violationsIn(file, line), 1)
    })

  test('lets {file} say {line}')
    .with([
      { file: 'oauth/pause.ts', line: "import { x } from '#shared/clock'" },
      { file: 'oauth/pause.ts', line: "import { x } from './errors.js'" },
      { file: 'oauth/routes.ts', line: "import { middleware } from '#start/kernel'" },
      { file: 'oauth/routes.ts', line: "import { controllers } from '#generated/controllers'" },
      { file: 'orange/sandbox/rules.ts', line: "import { x } from '#orange/sandbox/state'" },
      { file: 'sms/controllers/x.ts', line: "import { x } from '@adonisjs/core/http'" },
      { file: 'sms/models/x.ts', line: "import { x } from '@adonisjs/lucid/orm'" },
      {
        file: 'audit/contracts.ts',
        line: "import type { TransactionClientContract } from '@adonisjs/lucid/types/database'",
      },
    ])
    .run(({ assert }, { file, line }) => {
      assert.deepEqual(violationsIn(file, line), [])
    })

  test('names a circle', ({ assert }) => {
    const line: Arrow[] = [
      ['sms', 'orange'],
      ['orange', 'oauth'],
    ]
    assert.isUndefined(cycleIn(line))
    assert.deepEqual(cycleIn([...line, ['oauth', 'sms']]), ['sms', 'orange', 'oauth', 'sms'])
  })
})
