import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { getActiveTestOrFail, test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import { httpExchange } from '#tests/helpers/sandbox/http_exchange'
import { basic } from '#tests/helpers/sandbox/sandbox_client'

interface Running {
  child: ChildProcessWithoutNullStreams
  output: { stdout: string; stderr: string }
  exit: Promise<unknown[]>
}

function run(...args: string[]): Running {
  const child = spawn(process.execPath, ['ace.js', 'orange:sandbox', ...args], {
    cwd: app.appRoot,
    env: { ...process.env, NO_COLOR: '1' },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (text) => (output.stdout += text))
  child.stderr.on('data', (text) => (output.stderr += text))
  getActiveTestOrFail().cleanup(() => void child.kill('SIGKILL'))
  return { child, output, exit: once(child, 'exit') }
}

async function printed({ child, output }: Running, pattern: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    const match = pattern.exec(output.stdout)
    if (match) return match
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(fail(output))])
  }
}

function fail({ stderr }: Running['output']) {
  return () => Promise.reject(new Error(`The command ended: ${stderr}`))
}

function requestToken(url: string, clientId: string, clientSecret: string) {
  return httpExchange(`${url}/oauth/v3/token`, {
    method: 'POST',
    headers: {
      'authorization': basic(clientId, clientSecret),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  })
}

test.group('orange:sandbox', () => {
  test('prints what to put in .env, then a line per request, and ends on {signal}')
    .with([{ signal: 'SIGINT' }, { signal: 'SIGTERM' }] as const)
    .run(async ({ assert }, { signal }) => {
      const sandbox = run('--port=0')
      const [, url] = await printed(sandbox, /ORANGE_API_BASE_URL=(http:\/\/127\.0\.0\.1:\d+)\n/)
      const [, clientId] = await printed(sandbox, /ORANGE_CLIENT_ID=(.+)\n/)
      const [, clientSecret] = await printed(sandbox, /ORANGE_CLIENT_SECRET=(.+)\n/)

      const answer = await requestToken(url, clientId, clientSecret)
      assert.equal(answer.status, 200)
      await printed(sandbox, /POST \/oauth\/v3\/token 200\n/)

      sandbox.child.kill(signal)
      assert.deepEqual(await sandbox.exit, [0, null])
      assert.equal(sandbox.output.stderr, '')
    })

  test('--json prints one document, and requests on stderr', async ({ assert }) => {
    const sandbox = run('--port=0', '--json')
    await printed(sandbox, /\n/)
    const { data } = JSON.parse(sandbox.output.stdout)
    await requestToken(data.url, data.clientId, 'wrong')

    sandbox.child.kill('SIGTERM')
    await sandbox.exit
    assert.equal(data.environment.ORANGE_TOKEN_ENDPOINT, `${data.url}/oauth/v3/token`)
    assert.lengthOf(sandbox.output.stdout.trim().split('\n'), 1)
    assert.match(sandbox.output.stderr, /POST \/oauth\/v3\/token 401\n/)
  })

  test('a taken port is said plainly, exit 1', async ({ assert, cleanup }) => {
    const other = createServer().listen(0, '127.0.0.1')
    cleanup(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo

    const sandbox = run(`--port=${port}`)
    assert.deepEqual(await sandbox.exit, [1, null])
    assert.include(sandbox.output.stderr, `Port ${port} is taken`)
  })

  test('--port={$self} is wrong use, exit 2')
    .with(['abc', '65536', '-1', '1.5', ''])
    .run(async ({ assert }, value) => {
      const sandbox = run(`--port=${value}`)
      assert.deepEqual(await sandbox.exit, [2, null])
      assert.include(sandbox.output.stderr, '--port must be')
    })
})
