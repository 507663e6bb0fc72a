import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { getActiveTestOrFail } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import type { Variables } from '#tests/helpers/boot/production'

export interface NodeProcess {
  /** What it has printed so far, on both streams. */
  output: () => string

  /** Resolves when the output matches. @throws when the process ends before that */
  printed(pattern: RegExp): Promise<void>
  signal(name: NodeJS.Signals): void

  /** Its exit code; null when a signal ended it. */
  ended: Promise<number | null>

  /** Asks it to end. @returns its exit code */
  stop(): Promise<number | null>

  /** As the kernel does it when memory runs out: nothing is tidied up. */
  kill(): Promise<void>
}

export interface NodeProcessOptions {
  /** The project by default. */
  cwd?: string

  /** Where .env files are looked for: the project by default. */
  dotEnv?: string
}

/** Runs the project's Node with these variables and no others. It does not outlive the test. */
export function startNode(
  args: string[],
  variables: Variables,
  { cwd = app.makePath(), dotEnv = app.makePath() }: NodeProcessOptions = {}
): NodeProcess {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH, NO_COLOR: '1', ENV_PATH: dotEnv, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const signal = (name: NodeJS.Signals) => void child.kill(name)
  const kill = async () => {
    signal('SIGKILL')
    await ended
  }
  getActiveTestOrFail().cleanup(kill)

  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))

  return {
    output: () => output,
    ended,
    signal,
    kill,

    stop() {
      signal('SIGTERM')
      return ended
    },

    async printed(pattern) {
      while (!pattern.test(output)) {
        const over = await Promise.race([
          ended.then(() => true),
          once(child.stdout, 'data').then(() => false),
        ])
        if (over && !pattern.test(output)) throw new Error(`The process ended: ${output}`)
      }
    },
  }
}
