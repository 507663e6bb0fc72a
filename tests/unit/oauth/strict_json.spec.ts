import { inspect } from 'node:util'
import { test } from '@japa/runner'
import { NotAJsonObject, parseJsonObject } from '#shared/strict_json'

const REFUSED: (string | undefined)[] = [
  undefined,
  '',
  'null',
  '[]',
  '"text"',
  '0',
  'true',
  '{',
  '{}{}',
  "{'a':1}",
  '{a:1}',
  '{"a":1,}',
  '{"a":01}',
  '{"a":NaN}',
  '{"a":Infinity}',
  '{"a":undefined}',
  '{"a":1}//',
  '\ufeff{"a":1}',
  '{"a":"\n"}',
  '{"a":1,"a":1}',
  '{"a":1,"\\u0061":2}',
  '{"":1,"":2}',
  '{"a":{"b":1,"b":2}}',
  '{"a":[[{"b":1,"c":2,"b":3}]]}',
  '{"a":{},"b":{},"a":{}}',
  '{"__proto__":1,"__proto__":2}',
  `${'{"a":'.repeat(200_000)}1,"a":1${'}'.repeat(200_000)}`,
]

const READ = [
  '{}',
  ' \n{ "a" : 1 }\t',
  '{"a":"a","b":"a"}',
  '{"a":"{\\"a\\":1,\\"a\\":2}"}',
  '{"a":"\\\\","b":":"}',
  '{"a":["a","a"],"b":{"a":1}}',
  '{"a":{"b":1},"b":{"a":1}}',
  '{"a":[{"b":1},{"b":2}]}',
  '{"A":1,"a":2}',
  '{"constructor":1,"toString":2}',
]

test.group('Reading a JSON object strictly', () => {
  test('refuses {$self}')
    .with(REFUSED.map((text) => (text === undefined ? 'nothing at all' : text.slice(0, 60))))
    .run(({ assert }, shown) => {
      const text = REFUSED.find((each) => each?.slice(0, 60) === shown)
      assert.throws(() => parseJsonObject(text), NotAJsonObject)
    })

  test('reads {$self}')
    .with(READ)
    .run(({ assert }, text) => {
      assert.deepEqual(parseJsonObject(text), JSON.parse(text))
    })

  test('depth costs no stack', ({ assert }) => {
    const depth = 200_000
    const text = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    assert.isArray(parseJsonObject(text).a)
  })

  test('changes no prototype', ({ assert }) => {
    const body = parseJsonObject('{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":1}}}')
    assert.isUndefined(body.polluted)
    assert.notProperty({}, 'polluted')
    assert.notProperty({}, 'x')
  })

  test('quotes nothing of what it refuses', ({ assert }) => {
    for (const text of ['secret', '{"a":secret}', '{"secret":1,"secret":2}', '["secret"]']) {
      const error = errorOf(() => parseJsonObject(text))
      assert.notInclude(inspect(error, { depth: Infinity, showHidden: true }), 'secret')
    }
  })
})

function errorOf(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}
