import { test } from '@japa/runner'
import { parseE164, senderFor } from '#sms/phone_number'

test.group('Telephone numbers', () => {
  test('{given} is {number}')
    .with([
      { given: '+221771234567', number: '+221771234567' },
      { given: '+221 77 123 45 67', number: '+221771234567' },
      { given: '+221-77-123-45-67', number: '+221771234567' },
      { given: '+33612345678', number: '+33612345678' },
      { given: '+2250707123456', number: '+2250707123456' },
    ])
    .run(({ assert }, { given, number }) => {
      assert.equal(parseE164(given), number)
    })

  test('{$self} is none')
    .with([
      '',
      '+',
      '221771234567',
      '00221771234567',
      '0771234567',
      '+22177123',
      '+22177123456789012345',
      '+221abcdefghi',
      'tel:+221771234567',
      '+999123456789',
      'Hello',
      '+221771234567 call me',
      '+221771234567;phone-context=x',
      '+221771234567 ext. 5',
    ])
    .run(({ assert }, given) => {
      assert.isUndefined(parseE164(given))
    })
})

test.group('The sender for a recipient', () => {
  const senders = ['+2210000', '+2250000', '+330000']

  test('{recipient} is written to by {sender}')
    .with([
      { recipient: '+221771234567', sender: '+2210000' },
      { recipient: '+2250707123456', sender: '+2250000' },
      { recipient: '+33612345678', sender: '+330000' },
      { recipient: '+4915112345678', sender: '+2210000' },
    ])
    .run(({ assert }, { recipient, sender }) => {
      assert.equal(senderFor(recipient, senders), sender)
    })
})
