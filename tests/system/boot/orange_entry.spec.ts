import { existsSync } from 'node:fs'
import { test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { production } from '#tests/helpers/boot/production'
import { LISTENING, launchGateway } from '#tests/helpers/gateway_process'

const STAND_IN = `--import=${app.makePath('tests/helpers/boot/orange_with_a_stand_in.ts')}`

test.group('Boot | an entry for Orange that lets requests out without its token', () => {
  test('is refused, naming file and key: {$self}')
    .with(['fallbackToken', 'onFailure'])
    .run(async (context, key) => {
      const { assert } = context
      const folder = await temporaryFolder(context)
      const database = folder.file('gateway.sqlite3')
      const gateway = await launchGateway(
        { ...production(), SQLITE_PATH: database, STAND_IN: key },
        { dotEnv: folder.path, nodeArgs: [STAND_IN] }
      )

      assert.equal(await gateway.ended, 1)
      const output = gateway.output()
      assert.include(output, `config/oauth.ts: "providers.orange.${key}" must not be set`)
      assert.notMatch(output, LISTENING)
      assert.notInclude(output, 'canary')
      assert.isFalse(existsSync(database), 'nothing was begun')
    })
})
