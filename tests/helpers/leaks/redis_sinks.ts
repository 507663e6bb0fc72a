import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sink } from '#tests/helpers/leaks/find_leaks'
import type { RedisServer } from '#tests/helpers/redis_server'

/** The file that Redis writes its memory to, byte by byte. */
export async function redisSinks(redis: RedisServer): Promise<Sink[]> {
  await redis.run('CONFIG', 'SET', 'rdbcompression', 'no')
  await redis.run('SAVE')
  const [, folder] = (await redis.run('CONFIG', 'GET', 'dir')) as string[]
  return [{ name: 'the file of Redis', content: await readFile(join(folder, 'dump.rdb')) }]
}
