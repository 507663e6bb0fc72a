/*
|--------------------------------------------------------------------------
| A process that appends to a checkpoint file
|--------------------------------------------------------------------------
|
| node checkpoint_writer.ts <path> <name> <how many lines, or "torn">
|
| Asked for "torn", it is killed when half a line is written.
|
*/

import { appendFileSync } from 'node:fs'
import { signCheckpoint } from '#audit/checkpoints/checkpoint'
import { CheckpointFile } from '#audit/checkpoints/checkpoint_file'
import { lineOf } from '#audit/checkpoints/checkpoint_line'
import { testSigningKey } from '#tests/helpers/audit/test_trail'

const [path, name, count] = process.argv.slice(2)

const checkpoint = (seq: number) =>
  signCheckpoint(testSigningKey, {
    ...{ chain: name, seq, fingerprint: 'f'.repeat(64), reason: 'time' },
    createdAt: new Date().toISOString(),
  })

if (count === 'torn') {
  appendFileSync(path, lineOf(checkpoint(1)).slice(0, 100))
  process.kill(process.pid, 'SIGKILL')
}

const file = new CheckpointFile(path)
for (let seq = 1; seq <= Number(count); seq++) await file.append(checkpoint(seq))
