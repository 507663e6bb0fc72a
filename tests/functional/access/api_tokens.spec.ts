import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import db from '@adonisjs/lucid/services/db'
import User from '#access/models/user'
import { ApiTokens } from '#access/stores/api_tokens'
import { ManualClock } from '#tests/helpers/manual_clock'
import { createUser } from '#tests/helpers/users'

const MINUTE = 60_000

async function issue() {
  const clock = new ManualClock()
  const tokens = new ApiTokens({ tokenableModel: User, clock })
  const token = await tokens.create(await createUser('sender'), ['*'], { expiresIn: '90 days' })

  const use = async () => {
    const verified = await tokens.verify(new Secret(token.value!.release()))
    await tokens.settled()
    return verified
  }
  const lastUse = async () => {
    const found = await tokens.find(await User.findOrFail(token.tokenableId), token.identifier)
    return found!.lastUsedAt?.getTime()
  }
  return { clock, token, tokens, use, lastUse }
}

test.group('API tokens', () => {
  test('only a hash is stored', async ({ assert }) => {
    const { token } = await issue()
    const row = await db.from('auth_access_tokens').where('id', Number(token.identifier)).first()

    assert.notInclude(JSON.stringify(row), token.value!.release().split('.')[1])
    assert.match(row.hash, /^[0-9a-f]{64}$/)
  })

  test('the last use is written once in five minutes', async ({ assert }) => {
    const { clock, use, lastUse } = await issue()
    const first = clock.now()

    await use()
    assert.equal(await lastUse(), first)

    await clock.advance(5 * MINUTE - 1)
    await use()
    assert.equal(await lastUse(), first)

    await clock.advance(1)
    await use()
    assert.equal(await lastUse(), first + 5 * MINUTE)
  })

  test('a hundred uses at once are one write', async ({ assert, cleanup }) => {
    const { use } = await issue()
    let writes = 0
    const count = ({ sql }: { sql: string }) => void (writes += Number(/^update/i.test(sql)))
    const { client } = db.connection().getWriteClient()
    client.on('query', count)
    cleanup(() => client.off('query', count))

    const uses = await Promise.all(Array.from({ length: 100 }, use))

    assert.isTrue(uses.every((token) => token !== null))
    assert.equal(writes, 1)
  })

  test('a guess at the secret leaves no trace on the token', async ({ assert }) => {
    const { token, tokens, lastUse } = await issue()
    const guess = `${token.value!.release().split('.')[0]}.Z3Vlc3M`

    assert.isNull(await tokens.verify(new Secret(guess)))
    await tokens.settled()
    assert.isUndefined(await lastUse())
  })

  test('a last use that cannot be written does not refuse the caller', async ({
    assert,
    cleanup,
  }) => {
    const { use, lastUse } = await issue()
    await db.rawQuery(
      `create trigger refuse_last_use before update on auth_access_tokens
       begin select raise(abort, 'read only'); end`
    )
    cleanup(() => db.rawQuery('drop trigger refuse_last_use'))

    assert.isNotNull(await use())
    assert.isUndefined(await lastUse())
  }).skip(() => process.env.DB_CONNECTION === 'postgres', 'the trigger is written for SQLite')
})
