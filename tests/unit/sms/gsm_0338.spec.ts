import { test } from '@japa/runner'
import { segment } from '#sms/gsm_0338'

/** 3GPP TS 23.038 §6.2.1 in the order of its codes 0x00–0x7F; ESC (0x1B) stands for no character. */
const DEFAULT_ALPHABET = [
  '@£$¥èéùìòÇ\nØø\rÅå',
  'Δ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ',
  ' !"#¤%&\'()*+,-./',
  '0123456789:;<=>?',
  '¡ABCDEFGHIJKLMNO',
  'PQRSTUVWXYZÄÖÑÜ§',
  '¿abcdefghijklmno',
  'pqrstuvwxyzäöñüà',
].join('')

const EXTENSION_TABLE = ['\f', '^', '{', '}', '\\', '[', '~', ']', '|', '€']

test.group('Segmentation of a text in the default alphabet', () => {
  test('{length} characters are {segments} SMS')
    .with([
      { length: 1, segments: 1 },
      { length: 160, segments: 1 },
      { length: 161, segments: 2 },
      { length: 2 * 153, segments: 2 },
      { length: 2 * 153 + 1, segments: 3 },
      { length: 10 * 153, segments: 10 },
    ])
    .run(({ assert }, { length, segments }) => {
      assert.deepEqual(segment('a'.repeat(length)), { encoding: 'GSM-7', segments })
    })

  test('every character of the table takes one place', ({ assert }) => {
    const characters = [...DEFAULT_ALPHABET].filter((character) => character !== '\u{1b}')
    assert.lengthOf(characters, 127)

    for (const character of characters) {
      assert.deepEqual(segment(character.repeat(160)), { encoding: 'GSM-7', segments: 1 })
      assert.deepEqual(segment(character.repeat(161)), { encoding: 'GSM-7', segments: 2 })
    }
  })

  test('every character of the extension table takes two places', ({ assert }) => {
    for (const character of EXTENSION_TABLE) {
      assert.deepEqual(segment(character.repeat(80)), { encoding: 'GSM-7', segments: 1 })
      assert.deepEqual(segment(character.repeat(81)), { encoding: 'GSM-7', segments: 2 })
    }
  })

  test('an escape and its character are not split between two parts', ({ assert }) => {
    const evenly = `${'a'.repeat(151)}€${'a'.repeat(153)}`
    const acrossTheBorder = `${'a'.repeat(152)}€${'a'.repeat(152)}`
    assert.equal(segment(evenly).segments, 2)
    assert.equal(segment(acrossTheBorder).segments, 3)
  })
})

test.group('Segmentation of a text outside of the default alphabet', () => {
  test('{length} times {character} are {segments} SMS')
    .with([
      { character: 'я', length: 70, segments: 1 },
      { character: 'я', length: 71, segments: 2 },
      { character: 'я', length: 2 * 67, segments: 2 },
      { character: 'я', length: 2 * 67 + 1, segments: 3 },
      { character: '😀', length: 35, segments: 1 },
      { character: '😀', length: 36, segments: 2 },
    ])
    .run(({ assert }, { character, length, segments }) => {
      assert.deepEqual(segment(character.repeat(length)), { encoding: 'UCS-2', segments })
    })

  test('one character outside of it makes the whole text UCS-2: {$self}')
    .with(['ç', '`', '\t', 'Á', '’', '…', '\u{a0}', '中', '😀', '\u{1b}'])
    .run(({ assert }, character) => {
      assert.equal(segment(`plain text ${character}`).encoding, 'UCS-2')
      assert.equal(segment('a'.repeat(69) + character).segments, character.length === 1 ? 1 : 2)
    })

  test('a surrogate pair is not split between two parts', ({ assert }) => {
    const evenly = `${'я'.repeat(65)}😀${'я'.repeat(67)}`
    const acrossTheBorder = `${'я'.repeat(66)}😀${'я'.repeat(66)}`
    assert.equal(segment(evenly).segments, 2)
    assert.equal(segment(acrossTheBorder).segments, 3)
  })
})
