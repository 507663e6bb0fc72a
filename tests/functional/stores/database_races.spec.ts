import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from '@japa/runner'
import { DatabaseTokenStore } from '#oauth/stores/database'
import { connectionTo, databasesOf } from '#tests/helpers/audit/audit_database'
import type { Place } from '#tests/helpers/audit/connection_config'
import { countUp } from '#tests/helpers/stores/count_up'
import { tokenRecord } from '#tests/unit/oauth/token_record'

const COUNTER = fileURLToPath(new URL('../../helpers/stores/database_counter.ts', import.meta.url))

async function counterProcess(place: Place, tries: number): Promise<number> {
  const args = [COUNTER, JSON.stringify(place), 'key', String(tries)]
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--import=@poppinss/ts-exec', ...args])
  return Number(stdout)
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

for (const { name, open } of databasesOf('oauth')) {
  test.group(`Token store | database on ${name} | races`, () => {
    test('twenty connections at once: the first token, a successor and a removal have one winner each', async ({
      assert,
    }) => {
      const { place, connect } = await open()
      const stores = Array.from({ length: 20 }, () => new DatabaseTokenStore(connectionTo(place)))
      const winners = async (one: (store: DatabaseTokenStore, at: number) => Promise<boolean>) =>
        (await Promise.all(stores.map(one))).filter(Boolean).length
      const next = (fingerprint: string, at: number) =>
        tokenRecord({ fingerprint: `${fingerprint}-${at}` })

      for (let round = 0; round < 10; round++) {
        const key = `key-${round}`
        const held = async () => (await new DatabaseTokenStore(connect).get(key))!.fingerprint
        assert.equal(await winners((one, at) => one.replace(key, next('first', at), null)), 1)
        const first = await held()
        assert.equal(await winners((one, at) => one.replace(key, next('next', at), first)), 1)
        const second = await held()
        assert.equal(await winners((one) => one.remove(key, second)), 1)
        assert.equal(await winners((one, at) => one.replace(key, next('new', at), null)), 1)
      }
    })

    test('ten connections count up together and lose no step', async ({ assert }) => {
      const { place, connect } = await open()
      const stores = Array.from({ length: 10 }, () => new DatabaseTokenStore(connectionTo(place)))
      const won = await Promise.all(stores.map((store) => countUp(store, 'key', 20)))

      const token = await new DatabaseTokenStore(connect).get('key')
      assert.equal(Number(token!.fingerprint), sum(won))
    })

    test('four processes count up together and lose no step', async ({ assert }) => {
      const { place, connect } = await open()
      const won = await Promise.all([1, 2, 3, 4].map(() => counterProcess(place, 200)))

      const token = await new DatabaseTokenStore(connect).get('key')
      assert.equal(Number(token!.fingerprint), sum(won))
      assert.isAbove(sum(won), 0)
    })
  })
}
