import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { FileTokenStore } from '#oauth/stores/file'
import { TokenFileRefused, type TokenFileProblem } from '#oauth/stores/file/refused'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { fileProcess } from '#tests/helpers/stores/file_process'
import { tokenRecord } from '#tests/unit/oauth/token_record'

const SECRET = 'sealed-secret'

/** A folder with a file of one token that was changed once, and nobody who holds it. */
async function setUp(context: TestContext) {
  const folder = await temporaryFolder(context)
  const path = folder.file('tokens.json')
  const store = storeAt(context, path)
  await store.replace('key', tokenRecord({ scope: 'before' }), null)
  await store.replace('key', tokenRecord({ scope: SECRET }), 'f00d')
  await store.close()
  return { folder, path, text: await readFile(path, 'utf8') }
}

function storeAt({ cleanup }: TestContext, path: string): FileTokenStore {
  const store = new FileTokenStore(path)
  cleanup(() => store.close())
  return store
}

/** The refusal of a file, which says nothing of what stands in it. */
async function refusalOf(context: TestContext, path: string): Promise<TokenFileRefused> {
  try {
    await storeAt(context, path).replace('other', tokenRecord(), null)
  } catch (error) {
    if (!(error instanceof TokenFileRefused)) throw error
    context.assert.notInclude(`${error.stack} ${JSON.stringify(error)}`, SECRET)
    context.assert.isUndefined(error.cause)
    return error
  }
  throw new Error('It was not refused')
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8)
}

test.group('Token store | file | who may read it', () => {
  test('the file, its copy and its lock are their owner’s alone, and so is a folder that it makes', async (context) => {
    const { assert } = context
    const folder = await temporaryFolder(context)
    const path = folder.file('deep/er/tokens.json')
    const store = storeAt(context, path)
    await store.replace('key', tokenRecord(), null)
    await store.remove('key', 'f00d')

    for (const suffix of ['', '.bak', '.lock']) assert.equal(await modeOf(path + suffix), '600')
    for (const name of ['deep', 'deep/er']) assert.equal(await modeOf(folder.file(name)), '700')
    assert.lengthOf(await readdir(folder.file('deep/er')), 3)
  })

  test('a file that others may use is refused, with the remedy', async (context) => {
    const { assert } = context
    const { path, text } = await setUp(context)
    for (const mode of [0o640, 0o604, 0o660, 0o622, 0o777]) {
      await chmod(path, mode)
      const { code, message } = await refusalOf(context, path)
      assert.equal(code, 'token_file_open_to_others')
      assert.include(message, `chmod 600 ${path}`)
    }
    assert.equal(await readFile(path, 'utf8'), text)
  })

  test('once that is done, it is used without a restart', async (context) => {
    const { assert } = context
    const { path } = await setUp(context)
    const store = storeAt(context, path)
    await chmod(path, 0o644)
    await assert.rejects(() => store.get('key'), /chmod 600/)

    await chmod(path, 0o600)
    assert.equal((await store.get('key'))!.scope, SECRET)
  })

  test('a link, a folder and a pipe are refused', async (context) => {
    const { assert } = context
    const { folder, path, text } = await setUp(context)
    await symlink(path, folder.file('link'))
    await symlink(folder.file('nothing'), folder.file('dangling'))
    await mkdir(folder.file('folder'))
    execFileSync('mkfifo', ['-m', '600', folder.file('pipe')])

    for (const name of ['link', 'dangling', 'folder', 'pipe']) {
      const { code } = await refusalOf(context, folder.file(name))
      assert.equal(code, 'token_file_no_file', name)
    }
    assert.equal(await readFile(path, 'utf8'), text)
  })

  test('what a link points to, put where the next content is drafted, is not written into', async (context) => {
    const { assert } = context
    const { folder, path } = await setUp(context)
    const victim = await folder.write('victim', 'untouched')
    await symlink(victim, `${path}.new`)
    await symlink(victim, `${path}.bak.new`)

    await storeAt(context, path).remove('key', 'f00d')
    assert.equal(await readFile(victim, 'utf8'), 'untouched')
    assert.isFalse((await stat(path)).isSymbolicLink())
  })
})

test.group('Token store | file | what it cannot read', () => {
  const spoiled: [string, (text: string) => string | Uint8Array][] = [
    ['empty', () => ''],
    ['cut', (text) => text.slice(0, text.length / 2)],
    ['of another version', (text) => text.replace('"version":1', '"version":2')],
    ['with a member too many', (text) => text.replace('"version":1', '"version":1,"more":1')],
    ['with a row of another kind', (text) => text.replace('"f00d"', '7')],
    ['that is no text', (text) => Buffer.from(text.replace(SECRET, '\xff'), 'latin1')],
  ]

  for (const [name, spoil] of spoiled) {
    test(`a file ${name} is refused, its copy is named, and nothing is overwritten`, async (context) => {
      const { assert } = context
      const { path, text } = await setUp(context)
      const backup = await readFile(`${path}.bak`, 'utf8')
      await writeFile(path, spoil(text))
      const before = await readFile(path)

      const { code, message } = await refusalOf(context, path)
      assert.equal(code, 'token_file_unreadable')
      assert.include(message, `${path}.bak`)
      assert.deepEqual(await readFile(path), before)
      assert.equal(await readFile(`${path}.bak`, 'utf8'), backup)
    })
  }

  test('without a copy it says that there is none', async (context) => {
    const { path } = await setUp(context)
    await rm(`${path}.bak`)
    await writeFile(path, '{}')
    const { message } = await refusalOf(context, path)
    context.assert.include(message, 'There is no copy')
  })

  test('the copy put in its place is what stood there before the last change', async (context) => {
    const { assert } = context
    const { path } = await setUp(context)
    await writeFile(path, '{}')
    const store = storeAt(context, path)
    await assert.rejects(() => store.get('key'))

    await writeFile(path, await readFile(`${path}.bak`))
    assert.equal((await store.get('key'))!.scope, 'before')
  })

  test('a lock file that is something else is refused', async (context) => {
    const { path } = await setUp(context)
    await writeFile(`${path}.lock`, 'no database'.repeat(100))
    const { code, message } = await refusalOf(context, path)
    context.assert.equal(code, 'token_file_unwritable' satisfies TokenFileProblem)
    context.assert.include(message, `${path}.lock`)
  })
})

test.group('Token store | file | what it cannot write', () => {
  test('a full disk is a clear error; the old content stays, and no half of the new', async (context) => {
    const { assert } = context
    const { folder, path, text } = await setUp(context)
    const { code, stderr } = await fileProcess(context, path, {
      what: 'count',
      limitKb: 100,
    }).ended()

    assert.equal(code, 1)
    assert.include(
      stderr,
      `token_file_unwritable: The token file ${path} cannot be written (EFBIG).`
    )
    assert.equal(await readFile(path, 'utf8'), text)
    const names = ['tokens.json', 'tokens.json.bak', 'tokens.json.lock']
    assert.sameMembers(await readdir(folder.path), names)
  }).timeout(30_000)

  test('what could not be written is not there, and the next change succeeds', async (context) => {
    const { assert } = context
    const { path } = await setUp(context)
    const store = storeAt(context, path)
    await mkdir(`${path}.new`)
    await assert.rejects(() => store.replace('a', tokenRecord(), null), /cannot be written/)
    await assert.rejects(() => store.setPause('a', PAUSE), /cannot be written/)
    assert.isNull(await store.get('a'))
    assert.isNull(await store.getPause('a'))

    await rm(`${path}.new`, { recursive: true })
    assert.isTrue(await store.replace('a', tokenRecord(), null))
    await store.close()
    assert.isNotNull(await storeAt(context, path).get('a'))
  })

  test('a folder that cannot be made is named', async (context) => {
    const { folder } = await setUp(context)
    const { message } = await refusalOf(context, folder.file('tokens.json/below/tokens.json'))
    context.assert.include(message, folder.file('tokens.json/below'))
  })

  test('what changes nothing writes nothing', async (context) => {
    const { assert } = context
    const { path } = await setUp(context)
    const store = storeAt(context, path)
    const before = await stat(path)
    await store.replace('key', tokenRecord(), 'another')
    await store.remove('key', 'another')
    await store.discard('nothing')
    await store.removePause('nothing')
    assert.equal((await stat(path)).ino, before.ino)
  })

  test('whoever closes it waits for what was asked for before', async (context) => {
    const { assert } = context
    const { path } = await setUp(context)
    const store = storeAt(context, path)
    const keys = ['a', 'b', 'c', 'd']
    const stored = Promise.all(keys.map((key) => store.replace(key, tokenRecord(), null)))
    await store.close()

    assert.deepEqual(await stored, [true, true, true, true])
    const listed = await Array.fromAsync(storeAt(context, path).keys())
    assert.sameMembers(listed, ['key', ...keys])
  })
})

const PAUSE = { since: 0, until: 500, reason: 'http_503', failures: 1 }
