import { test } from '@japa/runner'
import { Emitter } from '@adonisjs/core/events'
import app from '@adonisjs/core/services/app'
import { Secret } from '@adonisjs/core/helpers'
import { Mailer } from '@adonisjs/mail'
import { SMTPTransport } from '@adonisjs/mail/transports/smtp'
import { type Checkpoint, checkpointText } from '#audit/checkpoints/checkpoint'
import { MailboxAnchor } from '#audit/checkpoints/mailbox_anchor'
import { WebhookAnchor } from '#audit/checkpoints/webhook_anchor'
import { HttpClient } from '#shared/http_client'
import { smtpConnection, type SmtpServer } from '#shared/smtp_server'
import { systemClock } from '#shared/clock'
import { anchoredTrail } from '#tests/helpers/audit/anchored_trail'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { startSmtpInbox } from '#tests/helpers/audit/smtp_inbox'
import { testKeys } from '#tests/helpers/audit/test_trail'
import { startWebhookServer } from '#tests/helpers/audit/webhook_server'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startTcpServer } from '#tests/helpers/tcp_server'

const MINUTE = 60_000

function webhookAt(url: string, deadlineMs = 5_000) {
  const http = new HttpClient({ connectTimeoutMs: 1_000, maxSockets: 2 })
  return new WebhookAnchor({ http, url, deadlineMs })
}

function mailboxAt(server: Partial<SmtpServer>, deadlineMs = 5_000) {
  const transport = new SMTPTransport(smtpConnection({ port: 587, host: '127.0.0.1', ...server }))
  return new MailboxAnchor({
    mailer: new Mailer('smtp', transport, new Emitter(app)),
    from: 'gateway@example.test',
    to: 'auditor@example.test',
    clock: systemClock,
    deadlineMs,
  })
}

function parsed(line: string): Checkpoint {
  return JSON.parse(line) as Checkpoint
}

for (const { name, open } of auditDatabases) {
  test.group(`A webhook for checkpoints | ${name}`, () => {
    test('is posted each checkpoint once, signed, as JSON', async (context) => {
      const { assert } = context
      const server = await startWebhookServer(context)
      const clock = new ManualClock()
      const { checkpointer, record, told } = anchoredTrail(await open(), clock, [
        webhookAt(server.url),
      ])

      await record(2)
      const first = await checkpointer.sign('time')
      await checkpointer.sign('time')
      await record(1)
      await checkpointer.sign('count')

      assert.deepEqual(server.contentTypes, ['application/json', 'application/json'])
      const posted = server.bodies.map(parsed)
      assert.deepEqual(posted[0], first!)
      assert.deepEqual(
        posted.map(({ seq, reason }) => [seq, reason]),
        [
          [2, 'time'],
          [3, 'count'],
        ]
      )
      for (const checkpoint of posted) {
        assert.equal(testKeys.verdictOn(checkpointText(checkpoint), checkpoint), 'genuine')
      }
      assert.deepEqual(await told(), [])
    })

    test('that fails stops nobody, is told of once, and gets the newest when it is back', async (context) => {
      const { assert } = context
      const server = await startWebhookServer(context)
      const clock = new ManualClock()
      const { checkpointer, record, told, logs } = anchoredTrail(await open(), clock, [
        webhookAt(server.url),
      ])

      server.status = 500
      for (let number = 0; number < 3; number++) {
        await record(1)
        await checkpointer.sign('time')
      }
      server.status = 200
      server.bodies.length = 0
      await checkpointer.sign('time')
      await checkpointer.sign('time')

      // Three events, and the one that tells of the failure.
      assert.deepEqual(
        server.bodies.map((body) => parsed(body).seq),
        [4, 5]
      )
      assert.deepEqual(await told(), [
        ['audit.checkpoint.failed', 'webhook', 'status_500'],
        ['audit.checkpoint.restored', 'webhook', undefined],
      ])
      assert.deepEqual(
        logs.map((line) => JSON.parse(line).msg),
        [
          'Keeping checkpoints at the webhook fails',
          'Keeping checkpoints at the webhook works again',
        ]
      )
      assert.notInclude(logs.join(), 'canary-path')
    })
  })
}

test.group('A webhook for checkpoints that does not take them', () => {
  test('redirects are not followed', async (context) => {
    const server = await startWebhookServer(context)
    server.status = 307
    const { checkpointer, record, told } = anchoredTrail(
      await auditDatabases[0].open(),
      new ManualClock(),
      [webhookAt(server.url)]
    )
    await record()

    await checkpointer.sign('time')

    context.assert.lengthOf(server.bodies, 1)
    context.assert.deepEqual(await told(), [['audit.checkpoint.failed', 'webhook', 'status_307']])
  })

  test('silence is an outage after the deadline, and so is a closed port', async (context) => {
    const server = await startWebhookServer(context)
    server.status = 0
    const database = await auditDatabases[0].open()
    const silent = anchoredTrail(database, new ManualClock(), [webhookAt(server.url, 100)])
    const closed = anchoredTrail(database, new ManualClock(), [webhookAt('http://127.0.0.1:1/')])
    await silent.record()

    await silent.checkpointer.sign('time')
    await closed.checkpointer.sign('time')

    context.assert.deepEqual(await silent.told(), [
      ['audit.checkpoint.failed', 'webhook', 'timeout'],
      ['audit.checkpoint.failed', 'webhook', 'connection_refused'],
    ])
  })
})

test.group('A mailbox for checkpoints', () => {
  test('gets at most one an hour, and those for an occasion at once', async (context) => {
    const { assert } = context
    const inbox = await startSmtpInbox(context)
    const clock = new ManualClock()
    const { checkpointer, record } = anchoredTrail(await auditDatabases[0].open(), clock, [
      mailboxAt({ port: inbox.port }),
    ])

    for (let minute = 0; minute <= 60; minute++) {
      await record()
      await checkpointer.sign('time')
      await clock.advance(MINUTE)
    }
    await record()
    const asked = await checkpointer.sign('manual')

    const seqs = inbox.mails.map(({ text }) => /event (\d+)/.exec(text)?.[1])
    assert.deepEqual(seqs, ['1', '61', '62'])
    assert.deepInclude(inbox.mails[2], {
      from: 'gateway@example.test',
      to: ['auditor@example.test'],
    })
    assert.include(inbox.mails[2].text, 'Subject: Audit checkpoint: main, event 62')
    assert.include(unwrapped(inbox.mails[2].text), JSON.stringify(asked))
  })

  test('that refuses is told of once, tried again each time, and told to be back', async (context) => {
    const { assert } = context
    const inbox = await startSmtpInbox(context)
    inbox.refusing = true
    const { checkpointer, record, told, logs } = anchoredTrail(
      await auditDatabases[0].open(),
      new ManualClock(),
      [mailboxAt({ port: inbox.port })]
    )

    await record()
    await checkpointer.sign('time')
    await checkpointer.sign('time')
    inbox.refusing = false
    await checkpointer.sign('time')

    assert.lengthOf(inbox.mails, 1)
    assert.deepEqual(await told(), [
      ['audit.checkpoint.failed', 'mailbox', 'EENVELOPE'],
      ['audit.checkpoint.restored', 'mailbox', undefined],
    ])
    assert.notMatch(logs.join(), /canary|example\.test/)
  })

  test('is signed in to with the password, which stands nowhere when it is wrong', async (context) => {
    const { assert } = context
    const inbox = await startSmtpInbox(context, { user: 'gateway', pass: 'right-canary' })
    const url = (password: string) =>
      new Secret(`smtp://gateway:${password}@127.0.0.1:${inbox.port}`)
    const database = await auditDatabases[0].open()
    const wrong = anchoredTrail(database, new ManualClock(), [
      mailboxAt({ url: url('wrong-canary') }),
    ])
    const right = anchoredTrail(database, new ManualClock(), [
      mailboxAt({ url: url('right-canary') }),
    ])

    await wrong.record()
    await wrong.checkpointer.sign('time')
    await right.checkpointer.sign('time')

    assert.deepEqual(await wrong.told(), [['audit.checkpoint.failed', 'mailbox', 'EAUTH']])
    assert.lengthOf(inbox.mails, 1)
    const rows = await database.connect().from('audit_events').select('body')
    assert.notInclude(JSON.stringify([rows, wrong.logs, inbox.mails]), 'canary')
  })

  test('a server that keeps talking without coming to an end is given up', async (context) => {
    const server = await startTcpServer(context, (socket) => socket.write('220-wait\r\n'))
    const { checkpointer, record, told } = anchoredTrail(
      await auditDatabases[0].open(),
      new ManualClock(),
      [mailboxAt({ port: server.port }, 100)]
    )
    await record()

    await checkpointer.sign('shutdown')

    context.assert.deepEqual(await told(), [['audit.checkpoint.failed', 'mailbox', 'timeout']])
  })
})

test.group('Health of the checkpoints', () => {
  test('shows how much of the trail no checkpoint covers', async (context) => {
    const { assert } = context
    const server = await startWebhookServer(context)
    const clock = new ManualClock()
    const { checkpointer, record, check } = anchoredTrail(await auditDatabases[0].open(), clock, [
      webhookAt(server.url),
    ])
    const look = async () => {
      const { status, message, meta } = await check.run()
      const [window] = meta!.anchors as Record<string, unknown>[]
      return { status, message, ...window }
    }

    await record(2)
    await checkpointer.sign('time')
    assert.include(await look(), { status: 'ok', blindSeconds: 0, blindEvents: 0 })

    await clock.advance(30_000)
    await record(3)
    assert.include(await look(), { status: 'ok', blindSeconds: 30, blindEvents: 3 })

    server.status = 503
    await checkpointer.sign('time')
    assert.include(await look(), {
      status: 'warning',
      message: 'Checkpoints are not kept at: webhook',
      failing: true,
      blindSeconds: 30,
      blindEvents: 4,
    })

    server.status = 200
    await checkpointer.sign('time')
    assert.include(await look(), { status: 'ok', failing: false })
  })

  test('warns when none come although nothing fails', async (context) => {
    const { assert } = context
    const server = await startWebhookServer(context)
    const clock = new ManualClock()
    const { record, check } = anchoredTrail(await auditDatabases[0].open(), clock, [
      webhookAt(server.url),
    ])
    await record()

    await clock.advance(3 * MINUTE)
    assert.equal((await check.run()).status, 'ok')
    await clock.advance(MINUTE)

    const { status, meta } = await check.run()
    assert.equal(status, 'warning')
    assert.deepEqual(meta!.anchors, [
      { anchor: 'webhook', failing: false, blindSeconds: 240, blindEvents: null },
    ])
  })

  test('stands in /health/ready', async ({ assert, client }) => {
    const answer = await client
      .get('/health/ready')
      .header('x-monitoring-secret', 'tests-only-monitoring')

    const { checks } = answer.body() as { checks: { name: string; meta?: unknown }[] }
    const found = checks.find(({ name }) => name === 'Audit checkpoints')
    assert.containSubset(found, { meta: { anchors: [{ anchor: 'file' }] } })
  })
})

/** Long lines travel as quoted-printable. */
function unwrapped(text: string): string {
  return text.replaceAll('=\r\n', '').replaceAll('=3D', '=')
}
