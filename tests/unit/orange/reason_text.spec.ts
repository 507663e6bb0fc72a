import { test } from '@japa/runner'
import { reasonText } from '#orange/reason_text'

test.group('The text of a reason', () => {
  test('is handed on as it is: {$self}')
    .with([
      'Expired contract',
      'Message too long. Maximum length is 160 characters',
      'Le contrat a expiré le 31/12/2025 (réf. 4711)',
      'address, mobile numbers',
    ])
    .run(({ assert }, text) => {
      assert.equal(reasonText(text, ['Your appointment is tomorrow']), text)
    })

  test('is without telephone numbers: {$self}')
    .with([
      'tel:+221771234567',
      '+221 77 123 45 67',
      '221-771-234-567',
      '%2B221771234567',
      '+6834002',
    ])
    .run(({ assert }, number) => {
      const text = reasonText(`Bad address ${number} given`)!
      assert.include(text, 'Bad address')
      assert.include(text, '[number]')
      assert.notMatch(text, /\d{3}/)
    })

  test('is without anything that may be a token: {$self}')
    .with([
      'Bearer short',
      'bearer a.b-c',
      'Basic dXNlcjpwYXNz',
      'eyJ2ZXIiOiIxLjAiLCJ0eXAiOiJKV1QifQ',
    ])
    .run(({ assert }, credential) => {
      assert.equal(reasonText(`Refused ${credential} here`), 'Refused [removed] here')
    })

  test('ends where it repeats what was sent: {text}')
    .with([
      { sent: 'Your code is 1234', text: 'Bad text "Your code is 1234" here' },
      { sent: 'Your code is 1234', text: 'Bad text "Your code is 12" cut short' },
      { sent: 'Say "yes" or "no"', text: 'Bad text "Say \\"yes\\" or \\"no\\"" here' },
      { sent: 'One\nTwo\nThree', text: 'Bad text "One\\nTwo\\nThree" here' },
      { sent: 'One\nTwo\nThree', text: 'Bad text "One\nTwo\nThree" here' },
      { sent: '😀😀😀😀😀😀😀😀😀😀😀😀😀', text: 'Bad text "😀😀😀😀😀😀😀😀😀😀😀😀😀" here' },
      { sent: '1234', text: 'Bad text "1234" here' },
      { sent: '(a+)+$', text: 'Bad text "(a+)+$" here' },
    ])
    .run(({ assert }, { sent, text }) => {
      assert.equal(reasonText(text, [sent]), 'Bad text "[removed]')
    })

  test('is not cut inside of a word by a short text that was sent', ({ assert }) => {
    assert.equal(reasonText('No valid addresses', ['a']), 'No valid addresses')
    assert.equal(reasonText('Maximum length is 160', ['1']), 'Maximum length is 160')
  })

  test('has one line and at most 200 characters', ({ assert }) => {
    assert.equal(reasonText('one\r\ntwo\u{2028}three\u{0}four'), 'one two three four')
    assert.lengthOf(reasonText('ten chars '.repeat(1000))!, 200)
  })

  test('is nothing where there is none')
    .with([undefined, null, 7, {}, '', '   ', '\n\t'])
    .run(({ assert }, value) => {
      assert.isUndefined(reasonText(value))
    })

  test('is read in time that does not grow out of hand', ({ assert }) => {
    const began = performance.now()
    reasonText('1 '.repeat(32_000), ['1 '.repeat(700)])
    reasonText(`+${'1-'.repeat(32_000)}x`, ['a'.repeat(1530)])
    reasonText('Bearer '.repeat(9_000), ['Bearer'])
    assert.isBelow(performance.now() - began, 1_000)
  })
})
