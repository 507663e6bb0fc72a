import type { Socket } from 'node:net'
import { test } from '@japa/runner'
import type { Fault } from '#orange/sandbox/faults/fault'
import { assertFailedTokenRequest, assertRecovery } from '#tests/helpers/failed_token_request'
import { assertKeepsSecrets } from '#tests/helpers/kept_secrets'
import { startTcpServer } from '#tests/helpers/tcp_server'
import { tokenEndpointAt } from '#tests/helpers/token_endpoint_at'
import { CANARY, startTokenTrial } from '#tests/helpers/token_trial'

const BEYOND_BOUNDS: Record<string, { fault: Fault; reason: string }> = {
  'T9 | 10 MB of JSON': { fault: { on: 'token', kind: 'oversize' }, reason: 'too_large' },
  'T9 | a byte more than 64 KiB': {
    fault: { on: 'token', kind: 'oversize', bytes: 64 * 1024 + 1 },
    reason: 'too_large',
  },
  'T9 | nested 100,000 deep': {
    fault: { on: 'token', kind: 'answer', body: '['.repeat(100_000) + ']'.repeat(100_000) },
    reason: 'too_large',
  },
  'T26 | a gzip bomb': { fault: { on: 'token', kind: 'bomb' }, reason: 'too_large' },
  'T26 | a brotli bomb': {
    fault: { on: 'token', kind: 'bomb', encoding: 'br' },
    reason: 'too_large',
  },
  'T26 | chunks that are none': {
    fault: { on: 'token', kind: 'bad-chunks' },
    reason: 'malformed',
  },
  'T26 | less was announced than came': {
    fault: { on: 'token', kind: 'wrong-length', by: -10 },
    reason: 'malformed',
  },
  'T26 | gzip that is none': {
    fault: { on: 'token', kind: 'answer', headers: { 'Content-Encoding': 'gzip' }, body: CANARY },
    reason: 'malformed',
  },
  'T26 | a token that is called text': {
    fault: {
      on: 'token',
      kind: 'answer',
      headers: { 'Content-Type': 'text/plain' },
      body: JSON.stringify({ access_token: CANARY, token_type: 'Bearer', expires_in: 3600 }),
    },
    reason: 'rejected_response',
  },
}

test.group('T9, T26 | answers beyond all bounds', () => {
  test('{$self}')
    .with(Object.keys(BEYOND_BOUNDS))
    .run(async (context, title) => {
      const { assert } = context
      const trial = await startTokenTrial(context)
      const { fault, reason } = BEYOND_BOUNDS[title]

      await assertFailedTokenRequest(assert, trial, {
        misbehave: () => trial.sandbox.fault(fault),
        expected: { reason },
      })
      await assertRecovery(assert, trial)
    })

  test('64 KiB are read', async (context) => {
    const trial = await startTokenTrial(context)
    trial.sandbox.fault({ on: 'token', kind: 'oversize', bytes: 64 * 1024 })

    context.assert.equal(await trial.sendStatus(), 201)
    context.assert.lengthOf(trial.tokenRequests(), 1)
  })

  test('a thousand informational answers before the real one do no harm', async (context) => {
    const trial = await startTokenTrial(context)
    trial.sandbox.fault({ on: 'token', kind: 'informational-storm' })

    context.assert.equal(await trial.sendStatus(), 201)
    context.assert.lengthOf(trial.tokenRequests(), 1)
  })
})

const NOT_HTTP: Record<string, { reason: string; play: (socket: Socket) => void }> = {
  'a greeting of another protocol': {
    reason: 'malformed',
    play: (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
  },
  'a length that is no number': {
    reason: 'malformed',
    play: answering('HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}'),
  },
  'two lengths': {
    reason: 'malformed',
    play: answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'),
  },
  'a length and chunks': {
    reason: 'malformed',
    play: answering(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'
    ),
  },
  'headers without end': {
    reason: 'malformed',
    play: answering(`HTTP/1.1 200 OK\r\nX-Filler: ${CANARY.repeat(2_000)}`),
  },
  'informational answers without end': { reason: 'timeout', play: informForEver },
}

test.group('T26 | what is no answer of HTTP is no token', () => {
  test('{$self}')
    .with(Object.keys(NOT_HTTP))
    .run(async (context, title) => {
      const { assert } = context
      const { reason, play } = NOT_HTTP[title]
      const server = await startTcpServer(context, (socket) => {
        socket.once('data', () => play(socket))
      })
      const endpoint = tokenEndpointAt(`http://127.0.0.1:${server.port}`)
      const oauth = { ...endpoint, requestDeadlineMs: 250 }
      const trial = await startTokenTrial(context, { oauth })

      await assertFailedTokenRequest(assert, trial, {
        misbehave: () => {},
        expected: {
          reason,
          arrivals: 0,
          failureEvents:
            reason === 'timeout'
              ? ['auth.token.outcome_unknown', 'auth.token.request_failed']
              : undefined,
        },
      })
      assert.equal(server.connections, 3)
    })
})

test.group('T29 | what the answer repeats of our request goes nowhere', () => {
  test('in an error of status {$self}')
    .with([400, 401, 403, 500])
    .run(async (context, status) => {
      const { assert } = context
      const trial = await startTokenTrial(context)
      trial.sandbox.fault({ on: 'token', kind: 'echo', status, times: 3 })

      const answer = await trial.send()
      const health = await trial.health()
      const refused = await trial.refresh()
      const thrown = await trial.tokens.refreshToken().catch((error: unknown) => error)

      assert.equal(answer.status, 503)
      assert.equal(refused.status, 502)
      assertKeepsSecrets(assert, trial, { answers: [answer, health, refused], thrown: [thrown] })
      await assertRecovery(assert, trial)
    })

  test('a cookie is not sent back', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context, { random: () => 0, oauth: { waitMs: 10_000 } })
    const headers = { 'Set-Cookie': [`session=${CANARY}; Path=/`, 'sticky=1'] }
    trial.sandbox.fault({ on: 'token', kind: 'answer', status: 500, headers, times: 2 })

    const answer = await trial.send()
    assert.equal(answer.status, 201)
    assert.lengthOf(trial.sandbox.requests, 4)
    for (const request of trial.sandbox.requests) assert.notProperty(request.headers, 'cookie')
    assertKeepsSecrets(assert, trial, { answers: [answer] })
  })
})

function answering(bytes: string): (socket: Socket) => void {
  return (socket) => socket.end(bytes)
}

function informForEver(socket: Socket): void {
  const again = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 1)
  socket.once('close', () => clearInterval(again))
}
