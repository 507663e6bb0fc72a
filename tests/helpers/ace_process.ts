import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import app from '@adonisjs/core/services/app'

export interface AceOptions {
  /** Variables on top of those of this process. */
  env?: Record<string, string>

  /** What the command reads on standard input. */
  input?: string

  /** Of a copy of the project. The project by default. */
  cwd?: string

  /** Told what the command prints on stderr, as it comes. */
  heard?: (text: string) => void
}

export interface AceResult {
  exitCode: number | null
  stdout: string
  stderr: string
}

/** Runs a command as its own process, as an operator would. */
export async function ace(args: string[], options: AceOptions = {}): Promise<AceResult> {
  const child = spawn(process.execPath, ['ace.js', ...args], {
    cwd: options.cwd ?? app.makePath(),
    env: { ...process.env, NODE_ENV: 'test', NO_COLOR: '1', ...options.env },
  })
  child.stdin.end(options.input ?? '')
  if (options.heard) child.stderr.on('data', (data) => options.heard!(String(data)))

  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ])
  return { exitCode, stdout, stderr }
}
