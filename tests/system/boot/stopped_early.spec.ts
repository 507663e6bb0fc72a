import { test } from '@japa/runner'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { LISTENING, launchGateway } from '#tests/helpers/gateway_process'
import { production } from '#tests/helpers/boot/production'

test.group('A gateway that is told to stop', () => {
  test('as soon as it listens stops all the same, every time', async (context) => {
    const { assert } = context
    const folder = await temporaryFolder(context)

    for (let times = 0; times < 5; times++) {
      const variables = { ...production(), SQLITE_PATH: folder.file(`${times}.sqlite3`) }
      const gateway = await launchGateway(variables, { dotEnv: folder.path })
      await gateway.printed(LISTENING)
      assert.equal(await gateway.stop(), 0, gateway.output())
    }
  }).timeout(60_000)
})
