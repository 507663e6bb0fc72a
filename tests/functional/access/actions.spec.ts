import { test } from '@japa/runner'
import hash from '@adonisjs/core/services/hash'
import db from '@adonisjs/lucid/services/db'
import { Secret } from '@adonisjs/core/helpers'
import { randomUUID } from 'node:crypto'
import { CreateUser } from '#access/actions/create_user'
import { IssueToken } from '#access/actions/issue_token'
import User from '#access/models/user'
import { UserStore } from '#access/stores/users'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { createUser } from '#tests/helpers/users'

const actor = { type: 'system', id: 'os:tester' } as const

function setUp() {
  const recorder = new RecordingEventRecorder()
  const users = new UserStore()
  const createUserAction = new CreateUser({ users, recorder, hasher: hash })

  return { recorder, create: createUserAction, issue: new IssueToken({ users, recorder }) }
}

const freshEmail = () => `${randomUUID()}@example.test`

async function tokensOf({ id }: User): Promise<number> {
  const rows = await db.from('auth_access_tokens').where('tokenable_id', id)
  return rows.length
}

test.group('Adding a user', () => {
  test('keeps a hash and says who did it', async ({ assert }) => {
    const { create, recorder } = setUp()
    const password = new Secret('correct horse battery')

    const user = await create.run({ email: freshEmail(), role: 'admin', password }, actor)

    const kept = await User.findOrFail(user.id)
    assert.isTrue(await hash.verify(kept.password!, password.release()))
    assert.deepEqual(recorder.events, [
      {
        type: 'access.user.created',
        outcome: 'success',
        actor,
        target: { type: 'user', id: String(user.id) },
        details: { role: 'admin', password: true },
      },
    ])
    assert.isTrue(recorder.transactions[0]?.isTransaction)
  })

  test('does not happen when it cannot be recorded', async ({ assert }) => {
    const { create, recorder } = setUp()
    const email = freshEmail()
    recorder.fail()

    await assert.rejects(() => create.run({ email, role: 'sender' }, actor), /audit trail/)
    assert.isNull(await User.findBy('email', email))
  })

  test('says that the address is taken and records nothing', async ({ assert }) => {
    const { create, recorder } = setUp()
    const { email } = await createUser('sender')

    await assert.rejects(() => create.run({ email, role: 'admin' }, actor), /already/)
    assert.lengthOf(recorder.events, 0)
    const { role } = await User.findByOrFail('email', email)
    assert.equal(role, 'sender')
  })

  test('H9 | fields that nobody asked for are not written', async ({ assert }) => {
    const { create } = setUp()
    const extra = { id: 4_242_424, disabledAt: null, createdAt: 'yesterday', isAdmin: true }

    const { email } = await create.run({ email: freshEmail(), role: 'sender', ...extra }, actor)

    const user = await User.findByOrFail('email', email)
    assert.notEqual(user.id, extra.id)
    assert.isTrue(user.createdAt.isValid)
  })
})

test.group('Issuing a token', () => {
  test('writes down the abilities of the role and says who did it', async ({ assert }) => {
    const { issue, recorder } = setUp()
    const user = await createUser('sender')

    const token = await issue.run({ email: user.email }, actor)

    assert.match(token.value.release(), /^oat_/)
    assert.deepEqual(token.abilities, ['sms:send', 'sms:read'])
    assert.containSubset(recorder.events, [
      {
        type: 'access.token.issued',
        actor,
        target: { type: 'api_token' },
        details: { userId: user.id, role: 'sender', abilities: 'sms:send sms:read' },
      },
    ])
    assert.isTrue(recorder.transactions[0]?.isTransaction)
    assert.notInclude(JSON.stringify(recorder.events), token.value.release())
  })

  test('lasts ninety days unless told otherwise', async ({ assert }) => {
    const { issue } = setUp()
    const { email } = await createUser('sender')
    const days = (date: Date) => Math.round((date.getTime() - Date.now()) / 86_400_000)

    const usual = await issue.run({ email }, actor)
    assert.equal(days(usual.expiresAt), 90)
    const short = await issue.run({ email, lifetimeSeconds: 7 * 86_400 }, actor)
    assert.equal(days(short.expiresAt), 7)
  })

  test('does not happen when it cannot be recorded', async ({ assert }) => {
    const { issue, recorder } = setUp()
    const user = await createUser('sender')
    recorder.fail()

    await assert.rejects(() => issue.run({ email: user.email }, actor), /audit trail/)
    assert.equal(await tokensOf(user), 0)
  })

  test('is refused to strangers, to the disabled and beyond the role', async ({ assert }) => {
    const { issue, recorder } = setUp()
    const sender = await createUser('sender')
    const disabled = await createUser('admin', { disabled: true })

    await assert.rejects(() => issue.run({ email: freshEmail() }, actor), /no user/)
    await assert.rejects(() => issue.run({ email: disabled.email }, actor), /disabled/)
    const beyond = { email: sender.email, abilities: ['sms:send', 'audit:read'] as const }
    await assert.rejects(() => issue.run(beyond, actor), /sender cannot be given: audit:read/)

    assert.equal((await tokensOf(sender)) + (await tokensOf(disabled)), 0)
    assert.lengthOf(recorder.events, 0)
  })

  test('H9 | a token is of the user named and of nobody else', async ({ assert }) => {
    const { issue } = setUp()
    const [owner, other] = [await createUser('sender'), await createUser('admin')]
    const extra = { tokenable_id: other.id, role: 'admin', user: other }

    const token = await issue.run({ email: owner.email, ...extra }, actor)

    assert.deepEqual(token.abilities, ['sms:send', 'sms:read'])
    assert.equal(await tokensOf(owner), 1)
    assert.equal(await tokensOf(other), 0)
  })
})
