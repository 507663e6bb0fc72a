import { test } from '@japa/runner'
import { startGateway } from '#tests/helpers/gateway'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

test.group('Sending an SMS', () => {
  test('the first send takes one token call, the second none', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { recorder: new RecordingEventRecorder() })

    const first = await gateway.send()
    assert.equal(first.status, 201, JSON.stringify(first.body))
    assert.equal(first.body.data.status, 'sent')
    assert.lengthOf(gateway.tokenRequests(), 1)

    const second = await gateway.send({ to: '+221771234568' })
    assert.equal(second.status, 201)
    assert.lengthOf(gateway.tokenRequests(), 1)
    assert.lengthOf(gateway.sandbox.messages, 2)
  })
})
