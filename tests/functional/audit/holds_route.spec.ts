import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { auditRows } from '#tests/helpers/audit_rows'
import { readOnlyDatabase } from '#tests/helpers/broken_database'
import { bearer } from '#tests/helpers/users'

const URL = '/api/audit/holds'
const HOLD = { from: '2020-01-01', to: '2020-06-30', reason: 'a lawsuit' }

test.group('GET, POST and DELETE /api/audit/holds', () => {
  test('place, list and release a legal hold, and leave their events', async ({
    assert,
    client,
  }) => {
    const token = await bearer('reviewer')
    const placed = await client.post(URL).bearerToken(token).json(HOLD)

    placed.assertStatus(201)
    const { data: hold } = placed.body()
    assert.containSubset(hold, {
      from: '2020-01-01T00:00:00.000Z',
      to: '2020-06-30T23:59:59.999Z',
      reason: 'a lawsuit',
      releasedAt: null,
    })

    const listed = await client.get(URL).qs({ limit: 1 }).bearerToken(token)
    listed.assertStatus(200)
    assert.deepEqual(listed.body().data, [hold])

    const release = () =>
      client.delete(`${URL}/${hold.id}`).qs({ reason: 'settled' }).bearerToken(token)
    const released = await release()
    released.assertStatus(204)
    const again = await release()
    again.assertStatus(409)
    assert.equal(again.body().code, 'hold_released')

    const events = await auditRows('audit.')
    const ofThisHold = events.filter(({ body }) => body.targetId === String(hold.id))
    assert.deepEqual(
      ofThisHold.map(({ body }) => body.eventType),
      ['audit.hold.placed', 'audit.hold.released']
    )
    assert.equal(ofThisHold[0].body.actorRole, 'reviewer')
    assert.exists(ofThisHold[0].body.correlationId)
    const reads = events.filter(({ body }) => body.eventType === 'audit.read')
    assert.isNotEmpty(reads)
  })

  test('take the ability audit:read', async ({ client }) => {
    for (const role of ['admin', 'sender'] as const) {
      const token = await bearer(role)
      const answers = [
        await client.get(URL).bearerToken(token),
        await client.post(URL).bearerToken(token).json(HOLD),
        await client.delete(`${URL}/1`).qs({ reason: 'settled' }).bearerToken(token),
      ]
      for (const answer of answers) answer.assertStatus(403)
    }
    const stranger = await client.get(URL)
    stranger.assertStatus(401)
  })

  test('name what is wrong with a hold', async ({ assert, client }) => {
    const token = await bearer('reviewer')

    for (const [wrong, field] of [
      [{ ...HOLD, reason: undefined }, 'reason'],
      [{ ...HOLD, reason: 'x' }, 'reason'],
      [{ ...HOLD, from: 'yesterday' }, 'from'],
      [{ ...HOLD, to: '2020-02-30' }, 'to'],
      [{ ...HOLD, to: '2019-12-31' }, 'to'],
      [{ ...HOLD, from: ['2020-01-01'] }, 'from'],
    ] as const) {
      const answer = await client.post(URL).bearerToken(token).json(wrong)
      answer.assertStatus(422)
      assert.deepEqual(
        answer.body().errors.map((error: { field: string }) => error.field),
        [field]
      )
    }
    const listed = await client
      .get(URL)
      .qs({ limit: 10 ** 9 })
      .bearerToken(token)
    listed.assertStatus(422)
  })

  test('know no hold by an id that is none', async ({ client }) => {
    const token = await bearer('reviewer')

    for (const id of ['0', '-1', 'x', '999999999', '99999999999999999999', '1%27']) {
      const answer = await client.delete(`${URL}/${id}`).qs({ reason: 'why' }).bearerToken(token)
      answer.assertStatus(404)
    }
    const silent = await client.delete(`${URL}/1`).bearerToken(token)
    silent.assertStatus(422)
  })

  test('take nothing from the body but the range and the reason', async ({ assert, client }) => {
    const token = await bearer('reviewer')
    const given = { reason: 'a lawsuit', id: 77_777, placedBy: 'x', releasedAt: '2020-01-01' }
    const answer = await client.post(URL).bearerToken(token).json(given)

    const { data } = answer.body()
    assert.notEqual(data.id, 77_777)
    assert.notEqual(data.placedBy, 'x')
    assert.isNull(data.releasedAt)
    assert.isNull(data.from)
  })

  test('D1 | do nothing while nothing can be written', async (context) => {
    const { assert, client } = context
    const token = await bearer('reviewer')
    const before = await db.from('audit_holds').count('* as count')
    const { mend } = await readOnlyDatabase(context)

    for (const answer of [
      await client.get(URL).bearerToken(token),
      await client.post(URL).bearerToken(token).json(HOLD),
    ]) {
      answer.assertStatus(503)
      assert.equal(answer.header('retry-after'), '5')
    }
    await mend()
    assert.deepEqual(await db.from('audit_holds').count('* as count'), before)

    const again = await client.get(URL).bearerToken(token)
    again.assertStatus(200)
    const [restored] = (await auditRows('audit.recording.restored')).slice(-1)
    assert.equal(restored.body.count, 1)
  })
})
