import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TestContext } from '@japa/runner/core'
import { eventually } from '#tests/helpers/eventually'

const WRITER = fileURLToPath(new URL('./file_writer.ts', import.meta.url))

export interface FileProcess {
  /** What it has said so far, a line each. */
  said: string[]

  /** Resolves when it has the file. */
  opened(): Promise<void>

  /** As when memory runs out. */
  kill(): Promise<void>

  /** Resolves when it has ended by itself. */
  ended(): Promise<{ code: number | null; stderr: string }>
}

/**
 * Another process that uses a file of tokens. Gone when the test ends.
 *
 * @param limitKb how large its files may become, in KiB
 */
export function fileProcess(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  path: string,
  { what, limitKb }: { what: 'hold' | 'count'; limitKb?: number }
): FileProcess {
  const command = [process.execPath, '--import=@poppinss/ts-exec', WRITER, path, what]
  const limit = limitKb === undefined ? '' : `ulimit -f ${limitKb}; `
  const child = spawn('bash', ['-c', `${limit}exec "$@"`, 'bash', ...command])
  const exit = once(child, 'close')

  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text) => (stdout += text))
  child.stderr.on('data', (text) => (stderr += text))

  const one: FileProcess = {
    get said() {
      return stdout.split('\n').slice(0, -1)
    },
    opened: () => eventually(() => one.said.includes('open'), 'the file is opened', 20_000),

    async kill() {
      child.kill('SIGKILL')
      await exit
    },

    async ended() {
      const [code] = await exit
      return { code, stderr }
    },
  }
  cleanup(() => one.kill())
  return one
}
