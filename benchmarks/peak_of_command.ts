import { randomBytes } from 'node:crypto'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

let built = false

/**
 * The most memory that a command of the production build ever held: megabytes, as Linux
 * counts it; NaN elsewhere.
 */
export async function peakOfCommand(
  env: Record<string, string>,
  ...words: string[]
): Promise<number> {
  if (!built) execFileSync(process.execPath, ['ace.js', 'build'], { stdio: 'ignore' })
  built = true
  const child = spawn(process.execPath, ['build/ace.js', ...words], {
    stdio: 'ignore',
    env: { ...process.env, APP_KEY: randomBytes(32).toString('hex'), ...env },
  })
  const ended = once(child, 'exit')
  let peakKilobytes = Number.NaN

  while (child.exitCode === null) {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(status) ?? []
    if (kilobytes) peakKilobytes = Number(kilobytes)
    await Promise.race([ended, sleep(20)])
  }
  if (child.exitCode !== 0) throw new Error(`${words[0]} failed in the benchmark`)
  return Math.round(peakKilobytes / 1024)
}
