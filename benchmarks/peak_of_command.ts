import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** The most memory that a command ever held: megabytes, as Linux counts it; NaN elsewhere. */
export async function peakOfCommand(
  env: Record<string, string>,
  ...words: string[]
): Promise<number> {
  const child = spawn(process.execPath, ['ace.js', ...words], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
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
