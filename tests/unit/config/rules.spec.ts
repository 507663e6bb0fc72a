import { test } from '@japa/runner'
import { setEnvironment } from '#tests/helpers/environment'
import {
  addressRange,
  list,
  flag,
  inProduction,
  integer,
  isOn,
  matching,
  oneOf,
  text,
  url,
} from '#start/env_rules'

const READ = { url: url(), minutes: integer(10, { min: 1, max: 720 }), proxies: list(addressRange) }

test.group('Config | Addresses of servers', () => {
  test('F2 | {value} {problem}')
    .with([
      { value: 'http://api.orange.com', problem: 'must be https' },
      { value: 'http://localhost.example.org', problem: 'must be https' },
      { value: 'http://127.0.0.1.example.org', problem: 'must be https' },
      { value: 'http://0.0.0.0', problem: 'must be https' },
      { value: 'https://me:word@api.orange.com', problem: 'must not contain a user name' },
      { value: 'https://me@api.orange.com', problem: 'must not contain a user name' },
      { value: 'https://@api.orange.com', problem: 'must not contain a user name' },
      { value: 'https:me@api.orange.com', problem: 'must not contain a user name' },
      { value: 'https://api.orange.com/#part', problem: 'must not contain a fragment' },
      { value: 'https://api.orange.com#', problem: 'must not contain a fragment' },
      { value: 'https://api.orange.com ', problem: 'contains white space' },
      { value: ' https://api.orange.com', problem: 'contains white space' },
      { value: 'https://api.orange\t.com', problem: 'contains white space' },
      { value: '   ', problem: 'contains white space' },
      { value: 'api.orange.com', problem: 'is not an absolute URL' },
      { value: '"https://api.orange.com"', problem: 'is not an absolute URL' },
      { value: 'ftp://api.orange.com', problem: 'must be an https URL' },
      { value: 'file:///etc/passwd', problem: 'must be an https URL' },
    ])
    .run(({ assert }, { value, problem }) => {
      assert.throws(() => READ.url('NAME', value), new RegExp(`^NAME ${problem}`))
    })

  test('{value} is read as {read}')
    .with([
      { value: 'https://api.orange.com', read: 'https://api.orange.com' },
      { value: 'https://api.orange.com/', read: 'https://api.orange.com' },
      { value: 'https://example.org/a@b', read: 'https://example.org/a@b' },
      { value: 'http://127.0.0.1:4010', read: 'http://127.0.0.1:4010' },
      { value: 'http://localhost:4010', read: 'http://localhost:4010' },
      { value: 'http://[::1]:4010/', read: 'http://[::1]:4010' },
    ])
    .run(({ assert }, { value, read }) => {
      assert.equal(READ.url('NAME', value), read)
    })

  test('an absent one is missing where it is needed', ({ assert }) => {
    assert.isUndefined(READ.url('NAME', ''))
    assert.throws(() => url({ required: () => true })('NAME', ''), 'NAME is missing')
  })
})

test.group('Config | Numbers, flags and choices', () => {
  test('F4 | {$self} is no number of minutes')
    .with(['0', '-5', '721', '1000000', '1.5', '1e2', '0x10', '10m', ' 10', 'NaN', '１０'])
    .run(({ assert }, value) => {
      assert.throws(() => READ.minutes('NAME', value), 'NAME must be a whole number from 1 to 720')
    })

  test('a number is read; an absent one has its default', ({ assert }) => {
    assert.equal(READ.minutes('NAME', '720'), 720)
    assert.equal(READ.minutes('NAME', '1'), 1)
    assert.equal(READ.minutes('NAME', ''), 10)
  })

  test('a flag is true or false, in digits too', ({ assert }) => {
    const on = flag(true)
    assert.deepEqual(
      ['true', '1', 'false', '0', ''].map((value) => on('NAME', value)),
      [true, true, false, false, true]
    )
    for (const value of ['yes', 'TRUE', ' true', 'toString', 'constructor']) {
      assert.throws(() => on('NAME', value), 'NAME must be true or false')
    }
  })

  test('a rule that depends on a flag reads it as the flag is read', (context) => {
    for (const [value, on] of [
      ['1', true],
      ['true', true],
      ['0', false],
      ['', false],
    ] as const) {
      setEnvironment(context, { SOME_FLAG: value })
      context.assert.equal(isOn('SOME_FLAG'), on)
    }
  })

  test('a choice is one of those offered', ({ assert }) => {
    const store = oneOf('memory', ['memory', 'database'])
    assert.equal(store('NAME', 'database'), 'database')
    assert.equal(store('NAME', ''), 'memory')
    assert.throws(() => store('NAME', 'Memory'), 'NAME must be one of: memory, database')
  })

  test('a text has the form that is asked for', ({ assert }) => {
    const path = text({ check: matching(/^\//, 'must be a path'), required: () => true })
    assert.equal(path('NAME', '/a'), '/a')
    assert.throws(() => path('NAME', 'a'), 'NAME must be a path')
    assert.throws(() => path('NAME', ''), 'NAME is missing')
  })

  test('proxies are addresses and ranges', ({ assert }) => {
    const given = '10.0.0.0/8, 192.0.2.1,2001:db8::/32'
    assert.deepEqual(READ.proxies('NAME', given), ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'])
    assert.deepEqual(READ.proxies('NAME', ''), [])

    for (const wrong of ['10.0.0.0/33', '2001:db8::/129', '10.0.0.0/8/8', '10.0.0.0/', 'proxy']) {
      assert.throws(() => READ.proxies('NAME', `10.0.0.1,${wrong}`), /^NAME must be IP addresses/)
    }
  })
})

test.group('Config | Production', () => {
  test('is where nobody says otherwise', (context) => {
    const told = { 'production': true, '': true, 'development': false, 'test': false }
    for (const [value, production] of Object.entries(told)) {
      setEnvironment(context, { NODE_ENV: value })
      context.assert.equal(inProduction(), production, value)
    }
    setEnvironment(context, { NODE_ENV: undefined })
    context.assert.isTrue(inProduction())
  })
})
