import { test } from '@japa/runner'
import type { RedirectFault } from '#orange/sandbox/faults/fault'
import { assertFailedTokenRequest, assertRecovery } from '#tests/helpers/failed_token_request'
import { startTcpServer } from '#tests/helpers/tcp_server'
import { CANARY, startTokenTrial } from '#tests/helpers/token_trial'

const FIVE_MINUTES = 5 * 60_000

test.group('T23 | a redirect is not followed', () => {
  test('{$self}')
    .with([301, 302, 303, 307, 308])
    .run(async (context, status) => {
      const { assert } = context
      const elsewhere = await startTcpServer(context, (socket) => socket.end())
      const trial = await startTokenTrial(context)
      const target = (location: string): RedirectFault => ({
        on: 'token',
        kind: 'redirect',
        status,
        location,
      })

      const host = `127.0.0.1:${elsewhere.port}`
      const locations = [`http://${host}/${CANARY}`, `https://${host}/`, `//${CANARY}@${host}/`]
      await assertFailedTokenRequest(assert, trial, {
        misbehave: () => trial.sandbox.fault(target(locations.pop()!)),
        expected: { reason: `http_${status}`, pauseMs: FIVE_MINUTES },
      })
      assert.equal(elsewhere.connections, 0)

      trial.sandbox.fault(target('/oauth/v4/token'))
      const forced = await trial.refresh()
      assert.equal(forced.status, 502)
      assert.lengthOf(trial.sandbox.requests, 4)
      await assertRecovery(assert, trial)
    })
})
