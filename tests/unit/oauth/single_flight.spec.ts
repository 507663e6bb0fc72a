import { test } from '@japa/runner'
import { SingleFlight } from '#oauth/life/single_flight'

/** Calls that stay in the air until the test lands them. */
function setUp() {
  const calls: PromiseWithResolvers<string>[] = []
  const flight = new SingleFlight<string>()
  const ask = () =>
    flight.run(() => {
      const call = Promise.withResolvers<string>()
      calls.push(call)
      return call.promise
    })
  return { calls, flight, ask }
}

test.group('Single flight', () => {
  test('whoever asks while a call is in the air gets its result', async ({ assert }) => {
    const { calls, flight, ask } = setUp()
    const asked = Array.from({ length: 1_000 }, ask)
    assert.lengthOf(calls, 1)
    assert.isTrue(flight.busy)

    calls[0].resolve('a token')
    assert.deepEqual(new Set(await Promise.all(asked)), new Set(['a token']))
  })

  test('whoever asks while a call is in the air gets its failure', async ({ assert }) => {
    const { calls, ask } = setUp()
    const asked = [ask(), ask(), ask()]
    const failure = new Error('refused')

    calls[0].reject(failure)
    const reasons = await Promise.all(asked.map((each) => each.catch((error: unknown) => error)))
    assert.isTrue(reasons.every((reason) => reason === failure))
    assert.lengthOf(calls, 1)
  })

  test('the next one flies when the last has landed, well or badly', async ({ assert }) => {
    const { calls, flight, ask } = setUp()
    const first = ask()
    calls[0].reject(new Error('refused'))
    await assert.rejects(() => first, 'refused')
    assert.isFalse(flight.busy)

    const second = ask()
    calls[1].resolve('a token')
    assert.equal(await second, 'a token')
    assert.isFalse(flight.busy)
  })

  test('who learns of the result may start the next one at once', async ({ assert }) => {
    const { calls, ask } = setUp()
    const next = ask().then(() => ask())
    calls[0].resolve('old')
    await new Promise((resolve) => setImmediate(resolve))

    calls[1].resolve('new')
    assert.equal(await next, 'new')
  })

  test('landing waits for what is in the air, however it ends', async ({ assert }) => {
    const { calls, flight, ask } = setUp()
    await flight.landed()

    const order: string[] = []
    const asked = ask().catch(() => order.push('failed'))
    const landed = flight.landed().then(() => order.push('landed'))
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(order, [])

    calls[0].reject(new Error('refused'))
    await Promise.all([asked, landed])
    assert.sameMembers(order, ['failed', 'landed'])
  })
})
