import { test } from '@japa/runner'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { FileTokenStore } from '#oauth/stores/file'
import { documentFromBytes } from '#oauth/stores/file/document'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { seededRandom } from '#tests/helpers/seeded_random'
import { fileProcess } from '#tests/helpers/stores/file_process'
import { tokenRecord } from '#tests/unit/oauth/token_record'

const KILLS = 20

test.group('Token store | file | one process has it', (group) => {
  group.tap((one) => one.timeout(120_000))

  test('a second process is refused with a reason, and changes nothing', async (context) => {
    const { assert } = context
    const { file } = await temporaryFolder(context)
    const path = file('tokens.json')
    const store = new FileTokenStore(path)
    context.cleanup(() => store.close())
    await store.replace('key', tokenRecord(), null)

    const { code, stderr } = await fileProcess(context, path, { what: 'count' }).ended()
    assert.equal(code, 1)
    assert.include(stderr, `token_file_held: Another process holds ${path}`)
    assert.equal((await store.get('key'))!.fingerprint, 'f00d')
  })

  test('so is a second store of the same process, which does not spoil the lock of the first', async (context) => {
    const { assert } = context
    const { file } = await temporaryFolder(context)
    const path = file('tokens.json')
    const store = new FileTokenStore(path)
    context.cleanup(() => store.close())
    await store.open()

    const second = new FileTokenStore(path)
    await assert.rejects(() => second.get('key'), /Another process holds/)
    await second.close()
    const other = await fileProcess(context, path, { what: 'hold' }).ended()
    assert.include(other.stderr, 'token_file_held')
  })

  test('when the owner ends, whoever was refused gets it at the next try', async (context) => {
    const { assert } = context
    const { file } = await temporaryFolder(context)
    const path = file('tokens.json')
    const first = new FileTokenStore(path)
    const second = new FileTokenStore(path)
    context.cleanup(() => second.close())

    await first.replace('key', tokenRecord(), null)
    await assert.rejects(() => second.get('key'))
    await first.close()
    assert.equal((await second.get('key'))!.fingerprint, 'f00d')
    await assert.rejects(() => first.get('key'), 'The token file was closed.')
  })

  test('a killed owner stands in nobody’s way, and leaves the old file or the new one', async (context) => {
    const { assert } = context
    const seed = Date.now() % 1_000_000
    const random = seededRandom(seed)
    const { file } = await temporaryFolder(context)
    const path = file('tokens.json')
    await storeFirst(path)
    let inTheMiddle = 0

    for (let round = 1; round <= KILLS; round++) {
      const where = `kill ${round}, seed ${seed}`
      const owner = fileProcess(context, path, { what: 'count' })
      await owner.opened()
      await new Promise((resolve) => setTimeout(resolve, random() * 60))
      await owner.kill()
      if (existsSync(`${path}.new`) || existsSync(`${path}.bak.new`)) inTheMiddle++

      const stored = await countIn(path)
      const acknowledged = Number(owner.said.filter((line) => line !== 'open').at(-1) ?? stored)
      assert.oneOf(stored, [acknowledged, acknowledged + 1], where)
      assert.oneOf(await backedUp(`${path}.bak`), [stored - 1, stored], where)
      assert.equal((await stat(path)).mode & 0o777, 0o600, where)
    }
    assert.isAbove(inTheMiddle, 0, `no kill came in the middle of a write, seed ${seed}`)
  })
})

async function storeFirst(path: string): Promise<void> {
  const store = new FileTokenStore(path)
  await store.replace('key', tokenRecord({ fingerprint: '1' }), null)
  await store.close()
}

/** Opened as the next owner would, so that a lock that was left behind would show. */
async function countIn(path: string): Promise<number> {
  const store = new FileTokenStore(path)
  try {
    return Number((await store.get('key'))?.fingerprint ?? 0)
  } finally {
    await store.close()
  }
}

async function backedUp(path: string): Promise<number> {
  const bytes = await readFile(path).catch(() => null)
  if (!bytes) return 0
  return Number(documentFromBytes(bytes).tokens.get('key')!.fingerprint)
}
