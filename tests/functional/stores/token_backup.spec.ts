import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import app from '@adonisjs/core/services/app'
import { Secret } from '@adonisjs/core/helpers'
import { BackupRefused } from '#oauth/actions/backup_file'
import type { RestoreCount } from '#oauth/actions/token_backup'
import { RecordingUnavailable } from '#shared/event_recorder'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { fingerprintOf, gatewayOn } from '#tests/helpers/backed_up_gateway'

const NOTHING: RestoreCount = { restored: 0, ended: 0, superseded: 0, unreadable: 0 }
const CAUSE = { actor: { type: 'user' as const, id: 'os:ada' } }

function newFile({ cleanup }: Pick<TestContext, 'cleanup'>): string {
  const path = app.makePath('tmp', `backup-${randomUUID()}`)
  cleanup(() => rm(path, { force: true }))
  return path
}

async function change(path: string, edit: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8')
  await writeFile(path, edit(text))
}

for (const { name, open } of databasesOf('oauth')) {
  test.group(`A backup of tokens and credentials | ${name}`, () => {
    /** One gateway with a token and two tenants, what it wrote, and another one with nothing. */
    async function setUp(context: TestContext) {
      const from = await gatewayOn(await open())
      await from.tokens.replace('a0', from.token('token-in-clear'), null)
      await from.put('acme')
      await from.put('globex')
      const path = newFile(context)
      const written = await from.backup.write(path, CAUSE)
      return { from, written, path, to: await gatewayOn(await open()) }
    }

    test('comes back elsewhere, and nothing of it can be read in the file', async (context) => {
      const { assert } = context
      const { from, written, path, to } = await setUp(context)
      assert.deepEqual(written, { 'tokens': 1, 'credentials of tenants': 2, 'refresh tokens': 0 })
      const text = await readFile(path, 'utf8')
      assert.lengthOf(text.trimEnd().split('\n'), 4)
      assert.notMatch(text, /token-in-clear|client-of|secret-of/)

      assert.deepEqual(await to.backup.restore(path, CAUSE), {
        'tokens': { ...NOTHING, restored: 1 },
        'credentials of tenants': { ...NOTHING, restored: 2 },
        'refresh tokens': NOTHING,
      })
      const token = await to.tokens.get('a0')
      assert.equal(token!.accessToken.release(), 'token-in-clear')
      assert.deepEqual(await to.clientOf('acme'), ['client-of-acme', 'secret-of-acme'])
      assert.deepEqual(await to.clientOf('globex'), ['client-of-globex', 'secret-of-globex'])
      assert.equal(from.recorder.events[0].type, 'store.backed_up')
    })

    test('brings refresh tokens back where there are none, and never one that was spent or given up', async (context) => {
      const { assert } = context
      const from = await gatewayOn(await open())
      const [ada, bob, eve] = ['ada', 'bob', 'eve'].map((subject) => ({
        provider: 'people',
        subject,
      }))
      for (const who of [ada, bob, eve]) {
        await from.refreshTokens.signIn(who, { refreshToken: new Secret(`of ${who.subject}`) })
      }
      const path = newFile(context)
      await from.backup.write(path, CAUSE)
      assert.notMatch(await readFile(path, 'utf8'), /of (ada|bob|eve)/)

      await from.refreshTokens.rotate(ada, { refreshToken: new Secret('the next of ada') }, 1)
      await from.refreshTokens.end(bob, 'signed_out', 1)
      await from.connect().from('oauth_refresh_tokens').where({ subject: 'eve' }).delete()

      const { 'refresh tokens': count } = await from.backup.restore(path, CAUSE)
      assert.deepEqual(count, { ...NOTHING, restored: 1, superseded: 2 })
      const kept = await Promise.all([ada, bob, eve].map((who) => from.refreshTokens.find(who)))
      assert.deepEqual(
        kept.map((each) => each?.refreshToken.release()),
        ['the next of ada', undefined, 'of eve']
      )

      await change(path, (text) => text.replaceAll('eve', 'mal'))
      const { 'refresh tokens': moved } = await from.backup.restore(path, CAUSE)
      assert.equal(moved.unreadable, 1)
    })

    test('overwrites no credentials, and counts them', async (context) => {
      const { assert } = context
      const { from, path } = await setUp(context)
      await from.put('acme', 'acme-today')
      await from.credentials.remove('entra', 'globex')

      const tables = await from.backup.restore(path, CAUSE)
      assert.deepEqual(tables['credentials of tenants'], { ...NOTHING, restored: 1, superseded: 1 })
      assert.deepEqual(await from.clientOf('acme'), [
        'client-of-acme-today',
        'secret-of-acme-today',
      ])
      assert.deepEqual(await from.clientOf('globex'), ['client-of-globex', 'secret-of-globex'])
    })

    test('brings back no token that ended, was cleared or was renewed since', async (context) => {
      const { assert } = context
      const { from, path } = await setUp(context)
      await from.tokens.replace('b0', from.token('cleared'), null)
      await from.tokens.replace(
        'c0',
        from.token('short', { expiresAt: from.clock.now() + 1 }),
        null
      )
      await rm(path)
      await from.backup.write(path, CAUSE)

      const later = from.token('later', { issuedAt: from.clock.now() + 1 })
      await from.tokens.replace('a0', later, fingerprintOf('token-in-clear'))
      await from.tokens.remove('b0', fingerprintOf('cleared'))
      await from.clock.advance(1)
      const { tokens } = await from.backup.restore(path, CAUSE)
      assert.deepEqual(tokens, { ...NOTHING, superseded: 2, ended: 1 })
      const current = await from.tokens.get('a0')
      assert.equal(current!.accessToken.release(), 'later')
      assert.isNull(await from.tokens.get('b0'))
    })

    test('changes nothing where a row was moved, changed, or sealed with a key that is gone', async (context) => {
      const { assert } = context
      const { path, to } = await setUp(context)
      await change(path, (text) => text.replace('acme', 'initech').replace('orange\\"', 'apple\\"'))
      const moved = await to.backup.restore(path, CAUSE)
      assert.deepEqual(moved.tokens, { ...NOTHING, unreadable: 1 })
      assert.deepEqual(moved['credentials of tenants'], { ...NOTHING, restored: 1, unreadable: 1 })
      assert.deepEqual(await to.credentials.tenants('entra'), ['globex'])
      assert.isNull(await to.tokens.get('a0'))

      const third = await gatewayOn(await open(), 'another')
      const closed = await third.backup.restore(path, CAUSE)
      assert.deepEqual(closed.tokens, { ...NOTHING, unreadable: 1 })
      assert.deepEqual(closed['credentials of tenants'], { ...NOTHING, unreadable: 2 })
      assert.isEmpty(await third.credentials.tenants('entra'))
    })

    test('changes nothing at all when a line is {name}')
      .with([
        {
          name: 'damaged',
          edit: (text: string) => text.replace(/\{"table":"cred/, '{"table:"cred'),
        },
        { name: 'cut off', edit: (text: string) => text.slice(0, -20) },
        { name: 'missing', edit: (text: string) => text.replace(/\{"table":"cred.*\n/, '') },
        { name: 'there twice', edit: (text: string) => text + text.split('\n')[1] },
        { name: 'of another table', edit: (text: string) => text.replace('"tokens"', '"users"') },
        { name: 'no row', edit: (text: string) => text.replace('"key":"a0"', '"key":7') },
        { name: 'of a later version', edit: (text: string) => text.replace('n":2', 'n":3') },
      ])
      .run(async (context, { edit }) => {
        const { assert } = context
        const { path, to } = await setUp(context)
        await change(path, edit)

        await assert.rejects(() => to.backup.restore(path, CAUSE), BackupRefused)
        assert.isNull(await to.tokens.get('a0'))
        assert.isEmpty(await to.credentials.tenants('entra'))
        assert.isEmpty(to.recorder.events)
      })

    test('of the first version, which had tokens alone, still comes back', async (context) => {
      const { assert } = context
      const { path, to } = await setUp(context)
      await change(path, (text) => {
        const { key, sealed } = JSON.parse(text.split('\n')[1])
        const lines = [
          { format: 'orange-sms-gateway-tokens', version: 1 },
          { key, record: sealed },
        ]
        return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
      })

      const { tokens } = await to.backup.restore(path, CAUSE)
      assert.deepEqual(tokens, { ...NOTHING, restored: 1 })
      const token = await to.tokens.get('a0')
      assert.equal(token!.accessToken.release(), 'token-in-clear')
    })

    test('is not brought back while nothing can be recorded', async (context) => {
      const { assert } = context
      const { path, to } = await setUp(context)
      to.recorder.fail()
      await assert.rejects(() => to.backup.restore(path, CAUSE), RecordingUnavailable)
      assert.isEmpty(await to.credentials.tenants('entra'))

      to.recorder.fail(false)
      await to.backup.restore(path, CAUSE)
      assert.deepEqual(
        to.recorder.events.map(({ type, target, actor }) => [type, target?.id, actor?.id]),
        [
          ['store.restore_requested', 'sealed rows', 'os:ada'],
          ['store.backup_restored', 'tokens', 'os:ada'],
          ['store.backup_restored', 'credentials of tenants', 'os:ada'],
          ['store.backup_restored', 'refresh tokens', 'os:ada'],
        ]
      )
    })
  })
}
