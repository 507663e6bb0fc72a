import { readdirSync, readFileSync } from 'node:fs'
import { test } from '@japa/runner'
import app from '@adonisjs/core/services/app'

const ENGINE = app.makePath('app/oauth')
const NAMES =
  /\b(orange|entra|microsoft|aadsts|exchange online|epic|apigee|genesys|meta|whatsapp)\b/i

/** The name of this product, which stands in front of what it keeps where others keep things too. */
const OURS = /orange-sms-gateway/g

test.group('The token engine', () => {
  test('says no word about any provider', ({ assert }) => {
    const files = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
    const named = files
      .filter((file) => file.endsWith('.ts'))
      .filter((file) => NAMES.test(readFileSync(`${ENGINE}/${file}`, 'utf8').replace(OURS, '')))

    assert.isAbove(files.length, 100)
    assert.deepEqual(named, [])
  })
})
