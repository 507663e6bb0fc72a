import { cp, readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { test } from '@japa/runner'
import { projectCopy } from '#tests/helpers/boot/project_copy'
import { freePort } from '#bin/free_port'
import { LISTENING } from '#tests/helpers/gateway_process'
import { startNode } from '#tests/helpers/boot/node_process'

test.group('Config | A fresh copy of the project', () => {
  test('runs on .env.example and a generated key', async ({ assert, cleanup }) => {
    const folder = await projectCopy({ cleanup })
    await cp(folder.file('.env.example'), folder.file('.env'))
    const example = await readFile(folder.file('.env.example'), 'utf8')
    const inCopy = { cwd: folder.path, dotEnv: folder.path }

    const generator = startNode(['ace.js', 'generate:key'], {}, inCopy)
    assert.equal(await generator.ended, 0, generator.output())

    const { APP_KEY: key, ...others } = parseEnv(await readFile(folder.file('.env'), 'utf8'))
    const { APP_KEY: empty, ...before } = parseEnv(example)
    assert.isAtLeast(key!.length, 32)
    assert.equal(empty, '')
    assert.deepEqual({ ...others }, { ...before })
    const afterwards = await readFile(folder.file('.env.example'), 'utf8')
    assert.equal(afterwards.trimEnd(), example.trimEnd(), 'the example itself got no key')

    const port = await freePort()
    const script = ['--import=@poppinss/ts-exec', 'bin/server.ts']
    const gateway = startNode(script, { PORT: String(port) }, inCopy)
    await gateway.printed(LISTENING)

    const live = await fetch(`http://127.0.0.1:${port}/health/live`)
    assert.equal(live.status, 200)
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`)
    assert.equal(ready.status, 503, 'open in development, and no table is there yet')

    assert.equal(await gateway.stop(), 0)
  })
})
