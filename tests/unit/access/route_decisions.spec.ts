import { test } from '@japa/runner'
import { RouterFactory } from '@adonisjs/core/factories/http'
import type { Router } from '@adonisjs/core/http'
import type { Ability } from '#access/abilities'
import { decisionOf } from '#tests/helpers/route_decisions'

type Declare = (router: Router, middleware: ReturnType<typeof guards>) => void

function guards(router: Router) {
  return router.named({
    access: () => import('#access/middleware/access_middleware'),
    open: () => import('#access/middleware/open_middleware'),
    monitoring: () => import('#monitoring/middleware/monitoring_secret_middleware'),
  })
}

function decide(declare: Declare) {
  const router = new RouterFactory().create()
  declare(router, guards(router))
  router.commit()
  return decisionOf(router.toJSON().root[0])
}

const answer = () => 'done'

test.group('Who may call a route', () => {
  test('a route that nobody decided about is found', ({ assert }) => {
    assert.throws(
      () => decide((router) => router.get('/new', answer)),
      /GET\|HEAD \/new does not say who may call it/
    )
  })

  test('an anonymous middleware decides nothing', ({ assert }) => {
    const declare: Declare = (router) => router.get('/new', answer).use((_, next) => next())
    assert.throws(() => decide(declare), /does not say who may call it/)
  })

  test('a route that takes an ability nobody can have is found', ({ assert }) => {
    const can = 'sms:sned' as Ability
    const declare: Declare = (router, middleware) =>
      router.get('/new', answer).use(middleware.access({ can }))
    assert.throws(() => decide(declare), /an ability that does not exist/)
  })

  test('a route that is both guarded and open is found', ({ assert }) => {
    const declare: Declare = (router, middleware) =>
      router.get('/new', answer).use([middleware.open(), middleware.access({ can: 'sms:send' })])
    assert.throws(() => decide(declare), /more than once/)
  })

  test('decided routes pass', ({ assert }) => {
    assert.deepEqual(
      decide((router, middleware) => router.get('/a', answer).use(middleware.open())),
      { kind: 'open' }
    )
    assert.deepEqual(
      decide((router, middleware) =>
        router.get('/b', answer).use([middleware.open(), middleware.monitoring()])
      ),
      { kind: 'monitoring' }
    )
    assert.deepEqual(
      decide((router, middleware) =>
        router.get('/c', answer).use(middleware.access({ can: 'audit:read' }))
      ),
      { kind: 'access', can: 'audit:read' }
    )
  })
})
