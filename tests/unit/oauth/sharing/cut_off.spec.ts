import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { RotateKeys } from '#oauth/actions/rotate_keys'
import { StoreUnavailable } from '#oauth/errors'
import { SignInStates } from '#oauth/sign_in/sign_in_states'
import { TokenInventory } from '#oauth/token_inventory'
import { sharingProcesses } from '#tests/helpers/sharing_processes'
import { tokenCipher } from '#tests/helpers/token_cipher'
import { tokenRecord } from '#tests/unit/oauth/token_record'

const ALMOST_DUE_SECONDS = 50 * 60 + 1

test.group('A process that is cut off from the store | cleared tokens', () => {
  test('a token that was cleared during an outage of all stays cleared', async (context) => {
    const { assert } = context
    const { shared, start, pass } = await sharingProcesses(context)
    const [a, b] = [await start(), await start()]
    await a.tokens.getAccessToken()
    await pass(6)
    a.line.cut = b.line.cut = true
    await pass(6)
    assert.isTrue(a.manager.storeState.degraded && b.manager.storeState.degraded)

    await b.tokens.clearToken()
    b.line.cut = false
    await pass(2)
    assert.isNull(await shared.get(a.tokens.sync.key), 'b has told the store')
    a.line.cut = false
    await pass(20)
    assert.isNull(await shared.get(a.tokens.sync.key), 'a has not brought it back')
    assert.isFalse(a.tokens.isTokenValid(), 'a has forgotten it')
  })

  test('it does not bring back what others cleared meanwhile', async (context) => {
    const { assert } = context
    const { shared, start, pass } = await sharingProcesses(context)
    const [a, b] = [await start(), await start()]
    await a.tokens.getAccessToken()
    await pass(6)
    a.line.cut = true
    await pass(6)
    await b.tokens.clearToken()

    a.line.cut = false
    await pass(20)
    assert.isNull(await shared.get(a.tokens.sync.key))
    assert.isFalse(a.tokens.isTokenValid())
  })

  test('a token is cleared for all although the store has lost it', async (context) => {
    const { assert } = context
    const { shared, start, pass } = await sharingProcesses(context)
    const [a, b] = [await start(), await start()]
    await a.tokens.getAccessToken()
    await pass(6)
    await shared.discard(a.tokens.sync.key)
    await b.tokens.clearToken()

    await pass(20)
    assert.isFalse(a.tokens.isTokenValid())
    assert.isNull(await shared.get(a.tokens.sync.key))
  })
})

test.group('A process that is cut off from the store | pauses', () => {
  test('what the provider said is obeyed while the store is down', async (context) => {
    const { endpoint, start, pass } = await sharingProcesses(context)
    const a = await start()
    Object.assign(endpoint, { status: 429, headers: { 'Retry-After': '240' } })
    await a.tokens.getAccessToken().catch(() => {})
    a.line.cut = true
    await pass(12)
    await a.tokens.getAccessToken().catch(() => {})
    context.assert.equal(endpoint.issued, 1)
  })

  test('and when the store has lost everything', async (context) => {
    const { assert } = context
    const { endpoint, shared, start, pass } = await sharingProcesses(context)
    const [a, b] = [await start(), await start()]
    Object.assign(endpoint, { status: 429, headers: { 'Retry-After': '240' } })
    await a.tokens.getAccessToken().catch(() => {})
    const { getPause } = shared
    shared.getPause = async () => null
    await pass(6)
    shared.getPause = getPause
    await pass(6)
    assert.isNotNull(a.tokens.healthCheck().pause)
    await b.tokens.getAccessToken().catch(() => {})
    assert.equal(endpoint.issued, 1)
  })

  test('a tenant that is switched off stays off', async (context) => {
    const { assert } = context
    const { endpoint, start, pass } = await sharingProcesses(context)
    const a = await start()
    await a.manager.disable('one', 'acme', {})
    const tokens = a.manager.use('one', { tenant: 'acme' })
    const outcome = () =>
      tokens.getAccessToken().then(
        () => 'a token',
        (error) => error.code
      )
    assert.equal(await outcome(), 'tenant_disabled')
    a.line.cut = true
    await pass(12)
    assert.equal(await outcome(), 'tenant_disabled')
    assert.equal(endpoint.issued, 0)
  })

  test('a usable token of the store is served in spite of a pause', async (context) => {
    const { assert } = context
    const { clock, endpoint, start, pass } = await sharingProcesses(context)
    const a = await start()
    const token = await a.tokens.getAccessToken()
    Object.assign(endpoint, { status: 429, headers: { 'Retry-After': '240' } })
    await clock.advance(ALMOST_DUE_SECONDS * 1_000)
    await a.tokens.settled()
    await pass(3)
    assert.isNotNull(a.tokens.healthCheck().pause)

    const late = await start()
    const served = await late.tokens.getAccessToken()
    assert.equal(served.fingerprint, token.fingerprint)
  })

  test('health is well again when another process has renewed', async (context) => {
    const { assert } = context
    const { clock, endpoint, start, pass } = await sharingProcesses(context)
    const [a, b] = [await start(), await start()]
    await a.tokens.getAccessToken()
    await pass(6)
    Object.assign(endpoint, { status: 429, headers: { 'Retry-After': '240' } })
    await clock.advance(ALMOST_DUE_SECONDS * 1_000)
    await Promise.all([a.tokens.settled(), b.tokens.settled()])
    await pass(3)

    Object.assign(endpoint, { status: 200, headers: {} })
    await b.tokens.refreshToken()
    await pass(6)
    assert.equal(a.tokens.healthCheck().status, 'healthy')
    assert.equal(b.tokens.healthCheck().status, 'healthy')
  })

  test('250 cold callers read the store a few times', async (context) => {
    const { start } = await sharingProcesses(context)
    const { tokens, line } = await start()
    await Promise.all(Array.from({ length: 250 }, () => tokens.getAccessToken()))
    context.assert.isBelow(line.asked.get('getPause')!, 20)
  })
})

test.group('Processes with different keys', () => {
  test('take nothing away from each other, and tell of it once', async (context) => {
    const { assert } = context
    const { start, pass } = await sharingProcesses(context)
    const [a, b] = [await start('two', 'one'), await start('one')]
    await b.tokens.getAccessToken()
    await pass(6)
    const newer = await a.tokens.refreshToken()
    await pass(60)

    const told = b.recorder.events.filter(({ type }) => type === 'crypto.decrypt_failed')
    assert.deepEqual(
      told.map(({ reasonCode }) => reasonCode),
      ['unknown_key']
    )
    assert.equal((await a.tokens.getAccessToken()).fingerprint, newer.fingerprint)
  })

  test('a list of tokens takes none away that it cannot open', async (context) => {
    const { clock, shared, start } = await sharingProcesses(context)
    const [a, b] = [await start('two', 'one'), await start('one')]
    await a.tokens.getAccessToken()
    await a.manager.close()

    const { manager, sharing } = b
    const signIns = new SignInStates(manager, { state: async () => null })
    const inventory = new TokenInventory({ manager, signIns, store: sharing.store, clock })
    await inventory.list()
    context.assert.isNotNull(await shared.get(a.tokens.sync.key))
  })

  test('sealing anew says so when the store fails in the middle of it', async (context) => {
    const { shared, start } = await sharingProcesses(context)
    const a = await start('two', 'one')
    const cipher = await tokenCipher('one')
    for (const key of ['a', 'b', 'c']) {
      const accessToken = new Secret(cipher.seal('text', key))
      await shared.replace(key, tokenRecord({ accessToken, fingerprint: key }), null)
    }

    const rotation = new RotateKeys([a.sharing.store], a.recorder)
    await context.assert.rejects(
      () => rotation.run({}, { discard: false, progress: (done) => (a.line.cut = done >= 1) }),
      StoreUnavailable
    )
  })
})
