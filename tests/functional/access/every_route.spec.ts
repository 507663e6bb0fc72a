import { test } from '@japa/runner'
import router from '@adonisjs/core/services/router'
import type { ApiClient } from '@japa/api-client'
import type { RouteJSON } from '@adonisjs/core/types/http'
import { Refusals } from '#access/refusals'
import { ABILITIES, abilitiesOf, ROLE_NAMES, type Ability } from '#access/abilities'
import { decisionOf, titleOf } from '#tests/helpers/route_decisions'
import { bearer, createUser, tokenOf } from '#tests/helpers/users'
import { watchedRefusals } from '#tests/helpers/watched_refusals'

const routes = () => router.toJSON().root

const methodsOf = ({ methods }: RouteJSON) => methods.filter((method) => method !== 'HEAD')

/** An address that the route matches. */
const addressOf = ({ pattern }: RouteJSON) => pattern.replace(/:\w+\??/g, '1').replace('*', 'any')

/** Calls a route in every way it has; returns the statuses. */
function callWith(client: ApiClient, headers: Record<string, string>) {
  return async (route: RouteJSON): Promise<number[]> => {
    const calls = methodsOf(route).map(async (method) => {
      const request = client.request(addressOf(route), method).redirects(0).headers(headers)
      const answer = await request
      return answer.status()
    })
    return Promise.all(calls)
  }
}

async function admittedBy(statuses: Promise<number[]>): Promise<boolean[]> {
  const answers = await statuses
  return answers.map((status) => status !== 401 && status !== 403)
}

const withToken = (token: string) => ({ authorization: `Bearer ${token}` })

function guarded(): { route: RouteJSON; can: Ability }[] {
  return routes().flatMap((route) => {
    const decision = decisionOf(route)
    return decision.kind === 'access' ? [{ route, can: decision.can }] : []
  })
}

test.group('Every route', (group) => {
  group.each.timeout(120_000)

  test('says who may call it', ({ assert }) => {
    assert.isNotEmpty(routes())
    for (const route of routes()) assert.doesNotThrow(() => decisionOf(route))
  })

  test('H1 | guarded ones refuse whoever has no valid token', async ({ assert, client, swap }) => {
    const { refusals } = await watchedRefusals()
    swap(Refusals, refusals)
    const user = await createUser('admin')
    const everything = { abilities: ['*', ...ABILITIES] }
    const disabled = await createUser('admin', { disabled: true })
    const strangers: Record<string, string>[] = [
      {},
      withToken('garbage'),
      withToken(`${await tokenOf(user, everything)}x`),
      withToken(await tokenOf(user, { ...everything, expiresIn: -1 })),
      withToken(await tokenOf(disabled, everything)),
    ]

    for (const { route } of guarded()) {
      for (const headers of strangers) {
        const statuses = await callWith(client, headers)(route)
        assert.sameMembers([...new Set(statuses)], [401], titleOf(route))
      }
    }
  })

  test('H1 | guarded ones admit the roles that have the ability and no other')
    .with(ROLE_NAMES)
    .run(async ({ assert, client, swap }, role) => {
      const { refusals } = await watchedRefusals()
      swap(Refusals, refusals)
      const abilities: readonly Ability[] = [...abilitiesOf(role, ['*'])]
      const call = callWith(client, withToken(await bearer(role)))

      for (const { route, can } of guarded()) {
        const admitted = await admittedBy(call(route))
        assert.sameMembers([...new Set(admitted)], [abilities.includes(can)], titleOf(route))
      }
    })

  test('H1 | guarded ones admit a token that names an ability which no role has', async ({
    assert,
    client,
  }) => {
    const user = await createUser('sender')
    const byName: Ability[] = ['token:read', 'oauth:exchange']
    const call = callWith(client, withToken(await tokenOf(user, { abilities: byName })))

    for (const { route } of guarded().filter(({ can }) => byName.includes(can))) {
      for (const status of await call(route)) assert.notInclude([401, 403], status, titleOf(route))
    }
  })

  test('open ones ask nobody who they are', async ({ assert, client }) => {
    for (const route of routes().filter((entry) => decisionOf(entry).kind === 'open')) {
      for (const status of await callWith(client, {})(route)) {
        assert.notInclude([401, 403], status, titleOf(route))
      }
    }
  })

  test('monitoring ones ask for the monitoring secret', async ({ assert, client }) => {
    const secret = { 'x-monitoring-secret': 'tests-only-monitoring' }

    for (const route of routes().filter((entry) => decisionOf(entry).kind === 'monitoring')) {
      for (const status of await callWith(client, {})(route)) assert.equal(status, 401)
      for (const status of await callWith(client, withToken(await bearer('admin')))(route)) {
        assert.equal(status, 401)
      }
      for (const status of await callWith(client, secret)(route)) {
        assert.notInclude([401, 403], status, titleOf(route))
      }
    }
  })
})
