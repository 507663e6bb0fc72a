import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from '@japa/runner/core'
import { RedisConnection } from '@adonisjs/redis'
import { freePort } from '#bin/free_port'
import { eventually } from '#tests/helpers/eventually'

const HOW = 'install redis-server, so that it can be found on the PATH'

/** A Redis of a test's own, to be stopped, frozen and spoiled. Gone when the test ends. */
export interface RedisServer {
  url: URL

  /** Resolves when it answers, with nothing in it. */
  start(): Promise<void>

  /** As when memory runs out. What was in it is gone. */
  kill(): Promise<void>

  /** It still takes connections, and answers nothing. */
  freeze(): void
  thaw(): void

  /** Runs commands, e.g. `['FLUSHALL']`, past whatever was set. */
  run(...command: string[]): Promise<unknown>
}

/** Whether a Redis can be started. Where services are required, having none is a failure. */
export function canStartRedis(what: string): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'pipe' })
    return true
  } catch {
    if (process.env.CI === 'true' || process.env.REQUIRE_SERVICES === '1') {
      throw new Error(`redis-server is required and not there: ${HOW}`)
    }
    console.warn(`SKIPPED ${what}: ${HOW}`)
    return false
  }
}

export async function redisServer({ cleanup }: Pick<TestContext, 'cleanup'>): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'))
  const url = new URL(`redis://127.0.0.1:${await freePort()}`)
  let child: ChildProcess | undefined

  const server: RedisServer = {
    url,

    async start() {
      const options = ['--port', url.port, '--bind', '127.0.0.1', '--dir', folder]
      child = spawn('redis-server', [...options, '--save', '', '--appendonly', 'no'], {
        stdio: 'ignore',
      })
      await eventually(() => answers(url), 'Redis answers')
    },

    async kill() {
      const ended = child && child.exitCode === null && once(child, 'exit')
      child?.kill('SIGKILL')
      await ended
      child = undefined
    },

    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    run: (...command) => runOn(url, (redis) => redis.call(command[0], ...command.slice(1))),
  }

  cleanup(async () => {
    server.thaw()
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  })
  await server.start()
  return server
}

async function answers(url: URL): Promise<boolean> {
  return runOn(url, (redis) => redis.ping()).then(
    () => true,
    () => false
  )
}

/** Runs something on a Redis through a connection of its own. */
export async function runOn<T>(
  url: URL,
  work: (redis: RedisConnection['ioConnection']) => Promise<T>
): Promise<T> {
  const connection = new RedisConnection('test', {
    host: url.hostname,
    port: Number(url.port),
    password: url.password || undefined,
    maxRetriesPerRequest: 0,
    connectTimeout: 1_000,
    retryStrategy: () => null,
  })
  connection.on('error', () => {})
  try {
    return await work(connection.ioConnection)
  } finally {
    connection.ioConnection.disconnect()
  }
}
