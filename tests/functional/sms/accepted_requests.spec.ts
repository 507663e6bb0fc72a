import { test } from '@japa/runner'
import { startSmsTrial } from '#tests/helpers/sms_trial'

const VALID = { to: '+221771234567', message: 'Hello' }

test.group('A request that is right', () => {
  test('{name} is sent as it is, in {segments} SMS ({encoding})')
    .with([
      { name: 'one character', message: 'x', encoding: 'GSM-7', segments: 1 },
      { name: 'lines and tabs', message: 'One\nTwo\r\n\tThree', encoding: 'UCS-2', segments: 1 },
      { name: 'emoji', message: '👩‍👩‍👧‍👦 family 😀', encoding: 'UCS-2', segments: 1 },
      { name: 'the extension', message: '{[€]} ~ ^ | \\', encoding: 'GSM-7', segments: 1 },
      { name: 'another script', message: 'مرحبا بالعالم', encoding: 'UCS-2', segments: 1 },
      { name: '1,530 characters', message: 'a'.repeat(1530), encoding: 'GSM-7', segments: 10 },
    ])
    .run(async (context, { message, encoding, segments }) => {
      const { assert } = context
      const trial = await startSmsTrial(context, { sandbox: { maxMessageLength: 1530 } })

      const answer = await trial.send({ message })
      assert.equal(answer.status, 201, JSON.stringify(answer.body))
      assert.equal(trial.sandbox.messages[0].message, message)
      assert.containsSubset(answer.body.data, { status: 'sent', segments })
      const { row } = await trial.message(answer)
      assert.containsSubset(row, { encoding, segments })
    })

  test('sender name and reference are kept; Orange is told the name only', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)

    const names = { senderName: 'Hospital 12', reference: 'visit:2026/07@ward 3' }
    const answer = await trial.send(names)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    assert.equal(trial.sandbox.messages[0].senderName, names.senderName)
    const { seen } = await trial.message(answer)
    assert.containsSubset(seen, { ...names, to: VALID.to })
  })

  test('a number is sent in its plain form', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)

    const answer = await trial.send({ to: ' +221 77-123 45 67 ' })
    assert.equal(answer.body.data.to, VALID.to)
    assert.equal(trial.sandbox.messages[0].address, `tel:${VALID.to}`)
  })
})
