import { test } from '@japa/runner'
import { Canary } from '#tests/helpers/leaks/canary'
import { findLeaks } from '#tests/helpers/leaks/find_leaks'

const VALUE = 'a secret: "+/~%=?&\\ and the end of it'
const BEFORE = ['', 'x', 'xy', 'xyz']

const base64 = (before: string) => Buffer.from(`${before}${VALUE}!`).toString('base64')

test.group('The search for secrets', () => {
  test('finds a planted one: {name}')
    .with([
      { name: 'as it is', planted: [`<${VALUE}>`] },
      { name: 'in JSON', planted: [JSON.stringify({ VALUE })] },
      { name: 'in JSON in JSON', planted: [JSON.stringify(JSON.stringify({ VALUE }))] },
      { name: 'in an address', planted: [`/?q=${encodeURIComponent(VALUE)}`] },
      { name: 'in a form', planted: [new URLSearchParams({ q: VALUE }).toString()] },
      { name: 'in hexadecimal', planted: [Buffer.from(VALUE).toString('hex')] },
      { name: 'in capitals', planted: [Buffer.from(VALUE).toString('hex').toUpperCase()] },
      { name: 'in base64, anywhere', planted: BEFORE.map(base64) },
      {
        name: 'in base64url',
        planted: BEFORE.map((b) => Buffer.from(b + VALUE).toString('base64url')),
      },
      {
        name: 'in base64 in an address',
        planted: BEFORE.map((b) => encodeURIComponent(base64(b))),
      },
      { name: 'by its beginning', planted: [VALUE.slice(0, 12)] },
      { name: 'by its end', planted: [VALUE.slice(-12)] },
      { name: 'backwards', planted: [[...VALUE].reverse().join('')] },
    ])
    .run(({ assert }, { planted }) => {
      for (const content of planted) {
        const leaks = findLeaks([new Canary('it', VALUE)], [{ name: 'the sink', content }])
        assert.isNotEmpty(leaks, content)
      }
    })

  test('finds it in a file between other bytes', ({ assert }) => {
    const content = Buffer.concat([
      Buffer.from([0, 255, 128]),
      Buffer.from(VALUE),
      Buffer.from([0]),
    ])
    const leaks = findLeaks([new Canary('it', VALUE)], [{ name: 'the file', content }])
    assert.include(leaks, 'it (whole, raw) in the file')
  })

  test('finds bytes that are no text', ({ assert }) => {
    const key = Buffer.from([...Array(32).keys()].map((byte) => byte * 8))
    const sinks = ['base64', 'hex', 'base64url'].map((encoding) => ({
      name: encoding,
      content: key.toString(encoding as BufferEncoding),
    }))
    const leaks = findLeaks([new Canary('key', key)], [...sinks, { name: 'raw', content: key }])
    for (const { name } of [...sinks, { name: 'raw' }]) {
      assert.isTrue(
        leaks.some((leak) => leak.endsWith(`in ${name}`)),
        name
      )
    }
  })

  test('finds nothing where nothing is', ({ assert }) => {
    const content = `${'Lorem ipsum '.repeat(1000)}${Buffer.from('something else').toString('base64')}`
    assert.deepEqual(findLeaks([new Canary('it', VALUE)], [{ name: 'the sink', content }]), [])
  })
})
