/*
|--------------------------------------------------------------------------
| The product on one machine, with nothing else installed
|--------------------------------------------------------------------------
|
| Starts a local Orange and a gateway, makes users, sends SMS through the
| gateway's own API and shows what happened. With --once it ends by itself,
| successfully only if every step held.
|
*/

import { Environment } from './demo/environment.js'
import { Gateway } from './demo/gateway.js'
import { auditRows } from './demo/audit_rows.js'
import { heading, line, step, table } from './demo/output.js'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'

const once = process.argv.includes('--once')

heading('Orange SMS Gateway: a demonstration')

const sandbox = await OrangeSandbox.start()
const environment = await Environment.prepare(sandbox)
const gateway = new Gateway(environment)

try {
  await step('A local Orange listens', () => sandbox.url)
  await step('The database is migrated', async () => {
    await gateway.ace('migration:run')
    return environment.sqlitePath
  })

  const users = { admin: '', reviewer: '', sender: '' }
  for (const role of ['admin', 'reviewer', 'sender'] as const) {
    users[role] = await step(`${role}@example.org and an API token`, () => gateway.createUser(role))
  }

  await step('The gateway answers', () => gateway.start())

  const first = await step('POST /api/sms/send: the first SMS', () =>
    gateway.send(users.sender, { to: '+221771234567', message: 'Your appointment is tomorrow.' })
  )
  await step('The next one needs no new token', async () => {
    await gateway.send(users.sender, { to: '+221771234568', message: 'Thank you.' })
    return `${countTokenRequests()} token request for ${sandbox.messages.length} SMS`
  })
  expect(countTokenRequests() === 1, 'two sends took one token request')
  expect(sandbox.messages.length === 2, 'Orange accepted two SMS')

  const message = await step('GET /api/sms/messages/:id', () =>
    gateway.get(users.sender, `/api/sms/messages/${first.id}`)
  )
  expect(message.data.status === 'sent', 'the ledger says that the SMS was sent')

  const health = await step('GET /api/oauth/health', () =>
    gateway.get(users.reviewer, '/api/oauth/health')
  )
  expect(health.status === 'healthy', 'the token is healthy')
  table([health.details.tokenInfo])

  heading('The audit trail so far')
  table(auditRows(environment.sqlitePath))
  await step('audit:verify proves it', async () => {
    const { data: verdict } = JSON.parse(await gateway.ace('audit:verify', '--json'))
    expect(verdict.valid, 'the trail verifies')
    return verdict.message
  })

  if (!once) await stayUp(users)
  await step('The gateway stops when asked to', async () => {
    await gateway.stop()
    return ''
  })
} catch (error) {
  process.exitCode = 1
  line(`\nThe demonstration failed: ${(error as Error).message}`)
  line(gateway.output)
} finally {
  await gateway.stop()
  await sandbox.stop()
}

function countTokenRequests(): number {
  return sandbox.requests.filter(({ path }) => path === '/oauth/v3/token').length
}

function expect(held: boolean, what: string): void {
  if (!held) throw new Error(`it should be that ${what}`)
}

async function stayUp(users: { admin: string; sender: string }): Promise<void> {
  heading('Try it')
  line(`curl -s ${environment.url}/api/sms/send \\`)
  line(`  -H 'Authorization: Bearer ${users.sender}' -H 'Content-Type: application/json' \\`)
  line(`  -d '{"to":"+221771234567","message":"Hello"}'`)
  line(`\ncurl -s -X POST ${environment.url}/api/oauth/refresh \\`)
  line(`  -H 'Authorization: Bearer ${users.admin}' -H 'Content-Type: application/json' \\`)
  line(`  -d '{"reason":"trying it out"}'`)
  line(`\nWhat reached Orange: ${sandbox.url}/__sandbox/requests`)
  line('Ctrl-C ends it.')

  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
    void gateway.ended().then(resolve)
  })
}
