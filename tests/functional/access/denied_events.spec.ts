import { test } from '@japa/runner'
import { Refusals } from '#access/refusals'
import { startGuardedServer } from '#tests/helpers/guarded_server'
import { bearer } from '#tests/helpers/users'
import { watchedRefusals } from '#tests/helpers/watched_refusals'

test.group('H1 | Denied access in the trail', (group) => {
  let server: Awaited<ReturnType<typeof startGuardedServer>>

  group.setup(async () => {
    server = await startGuardedServer({
      routes(router, { access }) {
        router.get('/messages/:id', () => 'read').use(access({ can: 'sms:read' }))
        router.get('/tokens', () => 'handed out').use(access({ can: 'token:read' }))
      },
    })
    return () => server.close()
  })

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const { status } = await fetch(server.url + path, { headers })
    return status
  }

  test('H1 | the route is recorded by its pattern', async ({ assert, swap }) => {
    const { recorder, refusals } = await watchedRefusals()
    swap(Refusals, refusals)

    await get('/messages/secret-in-the-path?token=secret-in-the-query')

    assert.lengthOf(recorder.events, 1)
    assert.notInclude(JSON.stringify(recorder.events), 'secret-in')
  })

  test('H1 | a thousand refusals of strangers are two events', async ({ assert, swap }) => {
    const { recorder, clock, refusals } = await watchedRefusals()
    swap(Refusals, refusals)

    for (let n = 0; n < 50; n++) {
      const statuses = await Promise.all(Array.from({ length: 20 }, () => get('/tokens')))
      assert.sameMembers([...new Set(statuses)], [401])
    }
    await clock.advance(60_000)

    assert.deepEqual(
      recorder.events.map(({ count }) => count),
      [undefined, 999]
    )
  })

  test('H1 | a refusal that cannot be recorded stays what it is', async ({ assert, swap }) => {
    const { recorder, refusals } = await watchedRefusals()
    swap(Refusals, refusals)
    recorder.fail()

    assert.equal(await get('/tokens'), 401)
    assert.equal(await get('/tokens', { authorization: `Bearer ${await bearer('sender')}` }), 403)
  })
})
