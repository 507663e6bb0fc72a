import { test } from '@japa/runner'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { setEnvironment } from '#tests/helpers/environment'
import { requiredSecret, secret } from '#start/env_secrets'

/** Adds what titles show: line breaks would break them. */
function quoting<K extends string, T extends Record<K, string>>(key: K, cases: T[]) {
  return cases.map((entry) => ({ ...entry, shown: JSON.stringify(entry[key]) }))
}

const required = secret({ required: () => true })
const optional = secret({ required: () => false, minLength: 8 })

test.group('Config | Secrets', () => {
  test('F1 | one that is needed and not there is missing', ({ assert }) => {
    assert.throws(() => required('NAME'), 'NAME is missing (or give NAME_FILE)')
    assert.throws(() => required('NAME', ''), 'NAME is missing (or give NAME_FILE)')
    assert.isUndefined(optional('NAME', ''))
  })

  test('F1 | {shown} {problem}')
    .with(
      quoting('value', [
        { value: '   ', problem: 'is empty' },
        { value: '\t\n', problem: 'is empty' },
        { value: 'good-value\nof-two-lines', problem: 'contains a line break' },
        { value: 'good-value-1\r', problem: 'contains a line break' },
        { value: ' good-value-1', problem: 'begins or ends with white space' },
        { value: 'good-value-1 ', problem: 'begins or ends with white space' },
        { value: '"good-value-1"', problem: 'is wrapped in quotes: remove them' },
        { value: "'good-value-1'", problem: 'is wrapped in quotes: remove them' },
        { value: '`good-value-1`', problem: 'is wrapped in quotes: remove them' },
        { value: 'good-va', problem: 'is too short: at least 8 characters' },
      ])
    )
    .run(({ assert }, { value, problem }) => {
      assert.throws(() => optional('NAME', value), `NAME ${problem}`)
    })

  test('F1 | {$self} is a placeholder')
    .with([
      'changeme',
      'CHANGE_ME',
      'changeme-please-changeme-please-changeme',
      'please-change-this',
      'replace-with-32-random-characters',
      'placeholder',
      'TODO: fill in',
      'xxxxxxxx-xxxx-xxxx',
      'Basic xxxxxxxxxxxx',
      'your-client-secret',
      'YOUR_SECRET_HERE',
      'insert key here',
      'example-secret',
      'password',
      'undefined',
      '<client-secret>',
      '${CLIENT_SECRET}',
      '$CLIENT_SECRET',
      '{{ client_secret }}',
      '00000000000000000000000000000000',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    ])
    .run(({ assert }, value) => {
      assert.throws(() => required('NAME', value), 'NAME is a placeholder: set the real value')
    })

  test('{$self} is a secret')
    .with([
      'tests-only-key-tests-only-key-tests-only',
      'sandbox-secret',
      'Basic c29tZWJvZHk6c29tZXRoaW5n',
      'p4ss"word\'s',
      'Zq8+/example+Todo/test==',
    ])
    .run(({ assert }, value) => {
      assert.equal(required('NAME', value)!.release(), value)
    })

  test('one that came in cannot be printed', ({ assert }) => {
    const value = required('NAME', 'a-good-value')
    assert.notInclude(`${value} ${JSON.stringify({ value })}`, 'a-good-value')
  })

  test('F3 | an APP_KEY has 32 characters or more', ({ assert }) => {
    const appKey = requiredSecret({ minLength: 32 })
    const key = '0123456789abcdef0123456789abcdef'

    assert.throws(() => appKey('APP_KEY', key.slice(1)), /^APP_KEY is too short: at least 32/)
    assert.equal(appKey('APP_KEY', key).release(), key)
  })
})

test.group('Config | Secrets in files', () => {
  test('one line break at the end of {name} is not part of the secret')
    .with([
      { name: 'a file', ending: '\n' },
      { name: 'a file from Windows', ending: '\r\n' },
      { name: 'a file without one', ending: '' },
    ])
    .run(async (context, { ending }) => {
      const folder = await temporaryFolder(context)
      const path = await folder.write('secret', `a-good-value${ending}`)
      setEnvironment(context, { NAME_FILE: path })

      context.assert.equal(required('NAME')!.release(), 'a-good-value')
      context.assert.equal(required('NAME', '')!.release(), 'a-good-value')
    })

  test('F1 | a file that cannot be read is named by its variable', async (context) => {
    const folder = await temporaryFolder(context)
    for (const path of [folder.file('nowhere'), folder.path]) {
      setEnvironment(context, { NAME_FILE: path })
      context.assert.throws(() => required('NAME'), 'NAME_FILE names a file that cannot be read')
    }
  })

  test('F1 | {shown} in a file is refused, and the file is to blame')
    .with(
      quoting('content', [
        { content: '', problem: 'is empty' },
        { content: '\n', problem: 'is empty' },
        { content: 'two\nlines\n', problem: 'contains a line break' },
        { content: 'good-value-1\n\n', problem: 'contains a line break' },
        { content: 'changeme\n', problem: 'is a placeholder: set the real value' },
        { content: 'short\n', problem: 'is too short: at least 8 characters' },
      ])
    )
    .run(async (context, { content, problem }) => {
      const folder = await temporaryFolder(context)
      setEnvironment(context, { NAME_FILE: await folder.write('secret', content) })
      context.assert.throws(() => optional('NAME'), `NAME_FILE ${problem}`)
    })

  test('the variable itself comes before the file', (context) => {
    setEnvironment(context, { NAME_FILE: '/nowhere' })
    context.assert.equal(required('NAME', 'a-good-value')!.release(), 'a-good-value')
  })
})
