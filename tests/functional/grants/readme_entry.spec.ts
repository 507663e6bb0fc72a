import { runInNewContext } from 'node:vm'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { credentials, grants } from '#oauth/define_config'
import { failureOf } from '#tests/helpers/failure_of'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { codeInReadme } from '#tests/helpers/readme'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

const SETTINGS: Record<string, unknown> = {
  PARTNER_EMAIL: 'gateway@example.test',
  PARTNER_PASSWORD: new Secret('canary'),
}

/** The partner of the README, with its login where the second address is. */
async function setUp(context: TestContext, answer: TokenServerAnswer) {
  const server = await startTokenServer(context, ({ path }) =>
    path === '/login' ? answer : { status: 404 }
  )
  const code = codeInReadme('Add a provider').replaceAll('https://api.partner.example', server.url)
  const env = { get: (name: string) => SETTINGS[name] }
  const { partner } = runInNewContext(`({ ${code} })`, { grants, credentials, env })
  return { server, ...startProviderEngine(context, partner) }
}

test.group("The README's provider", () => {
  test('has a token as soon as its entry is there', async (context) => {
    const { assert } = context
    const { tokens, server } = await setUp(context, { body: { data: { token: 'a-token' } } })

    const token = await tokens.getAccessToken()
    await tokens.getAccessToken()

    assert.equal(token.authorization.release(), 'Bearer a-token')
    assert.deepEqual(
      server.requests.map(({ path, members }) => [path, members]),
      ['/auth/login', '/login'].map((path) => [
        path,
        { email: 'gateway@example.test', password: 'canary' },
      ])
    )
  })

  test('stops when its account is locked', async (context) => {
    const body = { error: { code: 'LOCKED' } }
    const { tokens } = await setUp(context, { status: 403, body })
    context.assert.containsSubset(await failureOf(tokens), {
      verdict: 'terminal',
      reason: 'account_locked',
      upstreamCode: 'LOCKED',
    })
  })
})
