import { test } from '@japa/runner'
import { boundedText } from '#audit/recording/bounded_text'

test.group('Bounded text', () => {
  test('ordinary text stays as it is, in any script', ({ assert }) => {
    for (const text of ['expired', 'Demandé par Awa', 'طلب', 'می‌خواهم', '👩‍👩‍👧']) {
      assert.equal(boundedText(text, 100), text)
    }
  })

  test('what could forge a line or a terminal command is spelled out', ({ assert }) => {
    assert.equal(boundedText('a\nb\u001b[31m\0', 100), 'a\\u000ab\\u001b[31m\\u0000')
    assert.equal(boundedText('\u202eevil\u2028', 100), '\\u202eevil\\u2028')
  })

  test('a cut is marked and never goes through a character', ({ assert }) => {
    assert.equal(boundedText('abcdef', 6), 'abcdef')
    assert.equal(boundedText('abcdef', 3), 'abc…')
    assert.equal(boundedText('👍👍👍', 2), '👍👍…')
    assert.isTrue(boundedText('\ud800'.repeat(9), 3).isWellFormed())
  })
})
