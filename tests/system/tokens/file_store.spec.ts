import { randomUUID } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import { ace } from '#tests/helpers/ace_process'
import { launchGateway } from '#tests/helpers/gateway_process'
import { sqliteGateway } from '#tests/helpers/sqlite_gateway'

/** What the sandbox issues. */
const JWT = /eyJ[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}/
const SEALED = /app-[0-9a-f]{8}\./

test.group('Tokens in a file', (group) => {
  group.tap((one) => one.timeout(120_000))

  test('outlive the gateway, belong to one process, and are readable by nobody', async (context) => {
    const { assert, cleanup } = context
    const file = app.makePath('tmp', `tokens-${randomUUID()}`, 'tokens.json')
    cleanup(() => rm(app.makePath(file, '..'), { recursive: true, force: true }))
    const variables = { OAUTH_TOKEN_STORE: 'file', OAUTH_TOKEN_FILE: file }
    const { start, bearers, tokenRequests, ...rest } = await sqliteGateway(context, { variables })
    const send = async (gateway: Awaited<ReturnType<typeof start>>) => {
      const body = { to: '+221771234567', message: 'Hello' }
      const { status } = await gateway.call('POST', '/api/sms/send', {
        bearer: bearers.sender,
        body,
      })
      return status
    }

    const first = await start()
    assert.equal(await send(first), 201)
    const second = await launchGateway({ ...rest.variables, PORT: '0' })
    assert.equal(await second.ended, 1)
    assert.match(second.output(), /another process/i)
    const looked = await ace(['token:status', '--json'], { env: rest.variables })
    assert.equal(looked.exitCode, 1, looked.stdout)
    assert.equal(JSON.parse(looked.stdout).error.code, 'token_file_held')

    await first.kill()
    const third = await start()
    assert.equal(await send(third), 201)
    assert.equal(tokenRequests(), 1)
    await third.stop()
    const status = await ace(['token:status', '--json'], { env: rest.variables })
    assert.equal(JSON.parse(status.stdout).data[0].state, 'fresh')

    const text = await readFile(file, 'utf8')
    assert.match(text, SEALED)
    assert.notMatch(text, JWT)
    assert.equal((await stat(file)).mode & 0o777, 0o600)
  })
})
