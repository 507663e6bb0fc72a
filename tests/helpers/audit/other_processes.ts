import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import type { Place } from '#tests/helpers/audit/connection_config'
import type { MixedOutcome } from '#tests/helpers/audit/mixed_writer'

/** Runs a process that records `count` events; rejects when it fails. */
export async function startWriter(place: Place, count: number, name: string): Promise<void> {
  const ended = await run('./writer.ts', [JSON.stringify(place), String(count), name])
  if (ended.code !== 0) throw new Error(`The writer ended with ${ended.code ?? ended.signal}`)
}

/** Runs a process that records events, some of them in transactions that it gives up. */
export async function startMixedWriter(
  place: Place,
  rounds: number,
  { name, seed }: { name: string; seed: number }
): Promise<MixedOutcome> {
  const args = [JSON.stringify(place), String(rounds), name, String(seed)]
  const ended = await run('./mixed_writer.ts', args)
  if (ended.code !== 0) throw new Error(`The writer ended with ${ended.code ?? ended.signal}`)
  return JSON.parse(ended.printed)
}

/** Runs a process that is killed between the record of its token request and the outcome. */
export async function killedAttempt(place: Place, attemptId: string): Promise<void> {
  const ended = await run('./attempt.ts', [JSON.stringify(place), attemptId])
  if (ended.signal !== 'SIGKILL') throw new Error(`The attempt ended with ${ended.code}`)
}

/** Runs a process that is killed when its purge has removed `events`. */
export async function killedPurge(
  place: Place,
  purge: { now: number; retentionDays: number; events: number }
): Promise<void> {
  const numbers = [purge.now, purge.retentionDays, purge.events].map(String)
  const ended = await run('./purger.ts', [JSON.stringify(place), ...numbers])
  if (ended.signal !== 'SIGKILL') throw new Error(`The purge ended with ${ended.code}`)
}

/** Runs a process that appends `count` checkpoints of the chain `name` to a file. */
export async function startCheckpointWriter(
  path: string,
  name: string,
  count: number
): Promise<void> {
  const ended = await run('./checkpoint_writer.ts', [path, name, String(count)])
  if (ended.code !== 0) throw new Error(`The writer ended with ${ended.code ?? ended.signal}`)
}

/** Runs a process that is killed in the middle of a line. */
export async function killedCheckpointWriter(path: string): Promise<void> {
  const ended = await run('./checkpoint_writer.ts', [path, 'killed', 'torn'])
  if (ended.signal !== 'SIGKILL') throw new Error(`The writer ended with ${ended.code}`)
}

async function run(script: string, args: string[]) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, ['--import=@poppinss/ts-exec', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

  const [printed, ended] = await Promise.all([text(child.stdout), once(child, 'close')])
  const [code, signal] = ended as [number | null, string | null]
  return { code, signal, printed }
}
