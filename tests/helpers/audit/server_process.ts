import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '#bin/free_port'
import app from '@adonisjs/core/services/app'
import { eventually } from '#tests/helpers/eventually'

/** The gateway as a process of its own, on a free port, with its log. */
export async function startServer(env: Record<string, string>) {
  const port = await freePort()
  const child = spawn(process.execPath, ['--import=@poppinss/ts-exec', 'bin/server.ts'], {
    cwd: app.makePath(),
    env: { ...process.env, NODE_ENV: 'test', LOG_LEVEL: 'info', PORT: String(port), ...env },
  })
  const ended = once(child, 'close')
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text))

  const url = `http://127.0.0.1:${port}`
  await eventually(
    () => log.includes('started HTTP server') || child.exitCode !== null,
    'the server starts',
    30_000
  )

  return {
    url,
    log: () => log,

    /** Asks the server to end. @returns its exit code */
    async stop(): Promise<number | null> {
      child.kill('SIGTERM')
      const [code] = await ended
      return code as number | null
    },
  }
}
