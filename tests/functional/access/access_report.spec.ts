import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import User from '#access/models/user'
import type { AccessOfUser } from '#access/access_of_user'
import { ReadAccessReport } from '#access/actions/read_access_report'
import { UserStore } from '#access/stores/users'
import { systemClock } from '#shared/clock'
import { auditRows } from '#tests/helpers/audit_rows'
import { callApi } from '#tests/helpers/gateway'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { createUser, tokenOf } from '#tests/helpers/users'

async function read(query = '') {
  const bearer = await tokenOf(await createUser('reviewer'))
  return callApi('GET', `/api/audit/access-report${query}`, { bearer })
}

/** Everybody from one user on. */
async function reportFrom({ id }: User): Promise<AccessOfUser[]> {
  const { body } = await read(`?cursor=${id - 1}&limit=200`)
  return body.data as unknown as AccessOfUser[]
}

test.group('GET /api/audit/access-report', () => {
  test('says who holds which ability and token today', async ({ assert }) => {
    const sender = await createUser('sender')
    await User.accessTokens.create(sender, ['sms:send', 'token:read'], {
      name: 'billing',
      expiresIn: 3_600,
    })
    await tokenOf(sender, { expiresIn: -1 })
    const gone = await createUser('admin', { disabled: true })
    await tokenOf(gone)

    const [first, second] = await reportFrom(sender)

    assert.deepInclude(first, {
      userId: sender.id,
      email: sender.email,
      role: 'sender',
      abilities: ['sms:send', 'sms:read'],
      disabledAt: null,
      tokensLeftOut: 0,
    })
    assert.lengthOf(first.tokens, 1)
    const [{ createdAt, expiresAt, ...token }] = first.tokens
    assert.deepInclude(token, {
      name: 'billing',
      abilities: ['sms:send', 'token:read'],
      granted: ['sms:send', 'token:read'],
      lastUsedAt: null,
    })
    assert.isBelow(Date.parse(createdAt), Date.parse(expiresAt!))

    assert.deepInclude(second, { userId: gone.id, abilities: [] })
    assert.isString(second.disabledAt)
    assert.containSubset(second.tokens, [{ abilities: [], granted: ['*'] }])
  })

  test('says whose JWTs admit callers as a user, and to what today', async ({ assert, swap }) => {
    const sender = await createUser('sender')
    const gone = await createUser('sender', { disabled: true })
    const issuers = [sender, gone].map(({ email }, n) => ({
      issuer: `https://login-${n}.example.test`,
      audience: 'urn:sms',
      jwksUri: 'https://login.example.test/keys',
      account: email,
      abilities: { send: ['sms:send'], all: ['sms:send', 'oauth:manage'] } as const,
    }))
    const recorder = new RecordingEventRecorder()
    const users = new UserStore()
    swap(ReadAccessReport, new ReadAccessReport({ users, recorder, clock: systemClock, issuers }))

    const [first, second, third] = await reportFrom(sender)

    assert.deepEqual(first.issuers, [
      {
        issuer: 'https://login-0.example.test',
        audience: 'urn:sms',
        abilities: { send: ['sms:send'], all: ['sms:send'] },
      },
    ])
    assert.deepEqual(second.issuers[0].abilities, { send: [], all: [] })
    assert.deepEqual(third.issuers, [])
  })

  test('has no hash and no password in it', async ({ assert }) => {
    const sender = await createUser('sender')
    await tokenOf(sender)
    const { hash } = await db.from('auth_access_tokens').where('tokenable_id', sender.id).first()

    const text = JSON.stringify(await reportFrom(sender))

    assert.notInclude(text, hash)
    assert.notMatch(text, /hash|password/i)
  })

  test('lists the newest tokens of a user who has very many', async ({ assert }) => {
    const sender = await createUser('sender')
    for (let n = 0; n < 103; n++) await tokenOf(sender)

    const [{ tokens, tokensLeftOut }] = await reportFrom(sender)

    assert.lengthOf(tokens, 100)
    assert.equal(tokensLeftOut, 3)
    const ids = tokens.map(({ id }) => Number(id))
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => b - a)
    )
  })

  test('comes in pages that hold everybody once', async ({ assert }) => {
    const first = await createUser('sender')
    const others = await Promise.all([1, 2, 3, 4].map(() => createUser('sender')))
    const expected = [first, ...others].map(({ id }) => id).sort((a, b) => a - b)

    const seen: number[] = []
    let cursor: string | null = String(first.id - 1)
    while (cursor && seen.length < 100) {
      const { body } = await read(`?limit=2&cursor=${cursor}`)
      seen.push(...(body.data as unknown as AccessOfUser[]).map(({ userId }) => userId))
      cursor = (body.meta as { nextCursor: string | null }).nextCursor
      if (seen.length >= expected.length) break
    }

    assert.deepEqual(seen.slice(0, expected.length), expected)
  })

  test('refuses {query}')
    .with([
      { query: 'limit=0' },
      { query: 'limit=1000000000' },
      { query: 'limit=x' },
      { query: 'cursor=x' },
      { query: 'cursor=-1' },
      { query: 'cursor=99999999999999' },
      { query: 'cursor=1&cursor=2' },
    ])
    .run(async ({ assert }, { query }) => {
      const { status, body } = await read(`?${query}`)
      assert.equal(status, 422)
      assert.containSubset(body.errors, [{ field: query.split('=')[0] }])
    })

  test('is recorded before it is handed out', async ({ assert, swap }) => {
    await read('?limit=1')
    const [{ body }] = (await auditRows('audit.read')).slice(-1)
    assert.containSubset(body, {
      actorRole: 'reviewer',
      targetType: 'access_report',
      details: { limit: 1, count: 1 },
    })

    const recorder = new RecordingEventRecorder()
    recorder.fail()
    swap(
      ReadAccessReport,
      new ReadAccessReport({ users: new UserStore(), recorder, clock: systemClock, issuers: [] })
    )
    assert.equal((await read()).status, 503)
  })
})
