import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import app from '@adonisjs/core/services/app'
import { test } from '@japa/runner'
import { knownSettings } from '#start/env_settings'

const example = readFileSync(app.makePath('.env.example'), 'utf8')
const rules = readFileSync(app.makePath('start/env.ts'), 'utf8')

function names(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name)
}

test.group('Config | .env.example', () => {
  test('lists every variable that is read, once, and no other', ({ assert }) => {
    const read = names(rules, /^ {2}([A-Z][A-Z0-9_]*): /gm)
    const listed = names(example, /^(?:# )?([A-Z][A-Z0-9_]*)=/gm)

    assert.isAbove(read.length, 20)
    assert.deepEqual(listed.toSorted(), read.toSorted())
  })

  test('marks every secret with a star, and nothing else', async ({ assert }) => {
    const settings = await knownSettings(app.makePath('.env.example'))
    const marked = settings.filter(({ secret }) => secret).map(({ name }) => name)
    const secrets = names(rules, /^ {2}([A-Z][A-Z0-9_]*): (?:secret|requiredSecret)\(/gm)

    assert.sameMembers(marked, secrets)
  })

  test('sets what development needs, and leaves the key to be made', ({ assert }) => {
    assert.deepEqual(
      { ...parseEnv(example) },
      {
        NODE_ENV: 'development',
        HOST: '127.0.0.1',
        PORT: '3333',
        APP_KEY: '',
        LOG_LEVEL: 'info',
        SMS_SANDBOX_MODE: 'true',
      }
    )
  })
})
