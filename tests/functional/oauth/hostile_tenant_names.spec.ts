import { test } from '@japa/runner'
import { HttpCredentials } from '#oauth/credentials/http'
import { HttpClient } from '#shared/http_client'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startTokenServer } from '#tests/helpers/token_server'

test.group('Tenants whose names come from outside', () => {
  test('are looked for below the address of the tenant service and nowhere else: {$self}')
    .with(['..', '.'])
    .run(async (context, tenant) => {
      const { assert } = context
      const server = await startTokenServer(context, () => ({
        body: { client_id: 'of-somebody-else', client_secret: 'canary' },
      }))
      const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
      context.cleanup(() => http.destroy())
      const settings = { url: `${server.url}/tenants/{tenant}/credentials` }
      const credentials = new HttpCredentials(settings, { http, clock: new ManualClock() })

      await credentials.find(tenant).catch(() => {})

      const elsewhere = server.requests.filter(({ path }) => !/^\/tenants\/[^/]+\//.test(path))
      assert.deepEqual(
        elsewhere.map(({ path }) => path),
        []
      )
    })
})
