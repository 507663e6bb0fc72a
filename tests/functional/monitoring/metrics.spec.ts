import { test } from '@japa/runner'
import type { ApiClient } from '@japa/api-client'
import { Metrics, PROMETHEUS_TEXT } from '#monitoring/metrics/metrics'
import { processInstruments } from '#monitoring/metrics/process_instruments'
import { tokenInstruments } from '#monitoring/metrics/token_instruments'
import { startGateway } from '#tests/helpers/gateway'

function scrape(client: ApiClient) {
  return client.get('/metrics').header('x-monitoring-secret', 'tests-only-monitoring')
}

/** The value of a series, named as it is written. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((entry) => entry.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length))
}

test.group('Metrics', () => {
  test('are text that Prometheus reads, and say what the process takes', async ({
    assert,
    client,
  }) => {
    const answer = await scrape(client)

    answer.assertStatus(200)
    assert.equal(answer.header('content-type'), PROMETHEUS_TEXT)
    const text = answer.text()
    const lines = text.trimEnd().split('\n')
    for (const line of lines)
      assert.match(line, /^(# (HELP|TYPE|UNIT) |[a-z_]+(\{.*\})? [\d.e+-]+$)/)
    assert.include(lines, '# TYPE gateway_token_store_degraded gauge')
    assert.isAbove(valueOf(text, 'process_resident_memory_bytes')!, 10_000_000)
    assert.isAbove(valueOf(text, 'process_cpu_seconds_total')!, 0)
    const started = valueOf(text, 'process_start_time_seconds')!
    assert.closeTo(started + performance.now() / 1_000, Date.now() / 1_000, 5)
  })

  test('tell whether the shared store is missed', async ({ assert, cleanup }) => {
    const storeState = { name: 'redis', degraded: false }
    const metrics = new Metrics({
      instruments: [tokenInstruments({ providers: () => [], storeState })],
      report: (error) => assert.fail(String(error)),
    })
    cleanup(() => metrics.close())

    const series = 'gateway_token_store_degraded{store="redis"}'
    assert.equal(valueOf(await metrics.text(), series), 0)
    storeState.degraded = true
    assert.equal(valueOf(await metrics.text(), series), 1)
  })

  test('are shown though one of them cannot be read', async ({ assert, cleanup }) => {
    const told: unknown[] = []
    const metrics = new Metrics({
      instruments: [
        processInstruments,
        (meter) =>
          meter.createObservableGauge('broken').addCallback(() => {
            throw new Error('broken')
          }),
      ],
      report: (error) => told.push(error),
    })
    cleanup(() => metrics.close())

    assert.isAbove(valueOf(await metrics.text(), 'process_cpu_seconds_total')!, 0)
    assert.lengthOf(told, 1)
  })

  test('tell how long sending goes on if the provider is silent, and ask it nothing', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    const metrics = new Metrics({
      instruments: [tokenInstruments(gateway.manager)],
      report: (error) => assert.fail(String(error)),
    })
    context.cleanup(() => metrics.close())

    const before = await metrics.text()
    assert.isUndefined(valueOf(before, 'gateway_token_headroom_seconds{provider="orange"}'))
    assert.lengthOf(gateway.tokenRequests(), 0)

    const token = await gateway.tokens.getAccessToken()
    const after = await metrics.text()
    const headroom = valueOf(after, 'gateway_token_headroom_seconds{provider="orange"}')!
    assert.closeTo(headroom, (token.record.expiresAt - Date.now()) / 1_000, 10)
    assert.lengthOf(gateway.tokenRequests(), 1)
    assert.notInclude(after, token.authorization.release().slice('Bearer '.length))
  })
})
