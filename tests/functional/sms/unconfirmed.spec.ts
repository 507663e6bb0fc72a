import { test } from '@japa/runner'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { startSmsTrial } from '#tests/helpers/sms_trial'

const RESOURCE = 'https://api.orange.com/smsmessaging/v1/outbound/tel:+2210000/requests'

function confirmation(resourceURL?: unknown) {
  return JSON.stringify({ outboundSMSMessageRequest: { resourceURL } })
}

test.group('Orange confirms nothing', () => {
  test('S10 | 201 with {name}: unknown, with the status as reason')
    .with([
      { name: 'no resourceURL', body: confirmation() },
      { name: 'a resourceURL that is no text', body: confirmation(7) },
      { name: 'a resourceURL without an id', body: confirmation(`${RESOURCE}/`) },
      { name: 'an id that is none', body: confirmation(`${RESOURCE}/<script>`) },
      { name: 'another object', body: '{"data":{}}' },
      { name: 'a null in the place of the message', body: '{"outboundSMSMessageRequest":null}' },
      { name: 'an empty body', body: '' },
      { name: 'a page', body: '<html>Created</html>' },
      { name: 'JSON cut short', body: '{"outboundSMSMessageRequest":' },
      { name: 'a list', body: '[]' },
    ])
    .run(async (context, { body }) => {
      const { assert } = context
      const trial = await startSmsTrial(context)
      trial.sandbox.fault({ on: 'sms', kind: 'answer', status: 201, body, accepted: true })

      const answer = await trial.send()
      assert.equal(answer.status, 202, JSON.stringify(answer.body))
      assert.lengthOf(trial.sandbox.messages, 1)
      assert.lengthOf(trial.smsRequests(), 1)

      const { row } = await trial.message(answer)
      assert.containsSubset(row, { status: 'unknown', reason_code: 'http_201', resource_id: null })
      assert.isString(row.token_fingerprint)
    })

  test('S11 | {status} is no success: unknown, one request')
    .with([{ status: 200 }, { status: 202 }, { status: 204 }, { status: 207 }])
    .run(async (context, { status }) => {
      const { assert } = context
      const trial = await startSmsTrial(context)
      const body = status === 204 ? undefined : confirmation(`${RESOURCE}/some-id`)
      trial.sandbox.fault({ on: 'sms', kind: 'answer', status, body })

      const answer = await trial.send()
      assert.equal(answer.status, 202)
      assert.lengthOf(trial.smsRequests(), 1)
      const { row } = await trial.message(answer)
      assert.containsSubset(row, {
        status: 'unknown',
        reason_code: `http_${status}`,
        resource_id: null,
      })
    })

  test('S11 | a redirect ({status}) is not followed: the token stays with Orange')
    .with(
      ([301, 302, 303, 307, 308] as const).flatMap((status) => ({
        status,
        elsewhere: status < 303,
      }))
    )
    .run(async (context, { status, elsewhere }) => {
      const { assert } = context
      const trial = await startSmsTrial(context)
      const stranger = await OrangeSandbox.start()
      context.cleanup(() => stranger.stop())

      const host = elsewhere ? stranger.url : trial.sandbox.url
      const location = `${host}/smsmessaging/v1/outbound/tel%3A%2B2210000/requests`
      trial.sandbox.fault({ on: 'sms', kind: 'redirect', status, location })

      const answer = await trial.send()
      assert.equal(answer.status, 202)
      assert.lengthOf(stranger.requests, 0)
      assert.lengthOf(trial.smsRequests(), 1)
      const { row } = await trial.message(answer)
      assert.containsSubset(row, { status: 'unknown', reason_code: `http_${status}` })
    })
})
