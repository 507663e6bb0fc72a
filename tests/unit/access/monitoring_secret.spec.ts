import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { HttpContextFactory } from '@adonisjs/core/factories/http'
import MonitoringSecretMiddleware, {
  type MonitoringAccess,
} from '#monitoring/middleware/monitoring_secret_middleware'

async function call(access: MonitoringAccess, given?: string) {
  const ctx = new HttpContextFactory().create()
  if (given !== undefined) ctx.request.request.headers['x-monitoring-secret'] = given
  return new MonitoringSecretMiddleware(access).handle(ctx, async () => 'answered')
}

const guarded = { secret: new Secret('sesame-sesame-sesame'), openWithoutSecret: true }

test.group('Monitoring secret', () => {
  test('the right one opens', async ({ assert }) => {
    assert.equal(await call(guarded, 'sesame-sesame-sesame'), 'answered')
  })

  test('none, an empty one, a part, a longer one and a wrong one are refused')
    .with([undefined, '', 'sesame', 'sesame-sesame-sesame!', 'open-open-open-open!', 'ſesame'])
    .run(async ({ assert }, given) => {
      await assert.rejects(() => call(guarded, given), /Send the monitoring secret/)
    })

  test('without a secret it answers in development only', async ({ assert }) => {
    assert.equal(await call({ openWithoutSecret: true }), 'answered')
    await assert.rejects(() => call({ openWithoutSecret: false }, ''), /Send the monitoring secret/)
  })

  test('the refusal is a 401 that does not repeat what was sent', async ({ assert }) => {
    const error = await call(guarded, 'guess-guess-guess').catch((reason) => reason)

    assert.containSubset(error, { status: 401, code: 'unauthenticated', retryable: false })
    assert.notInclude(error.message, 'guess')
  })
})
