import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from '@japa/runner/core'
import { SMTPServer } from 'smtp-server'

export interface Mail {
  from: string
  to: string[]
  text: string
}

/** A mail server that keeps what it accepts. */
export async function startSmtpInbox(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  login?: { user: string; pass: string }
) {
  const inbox = { port: 0, mails: [] as Mail[], refusing: false }

  const server = new SMTPServer({
    authOptional: !login,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth({ username, password }, _session, done) {
      const known = username === login?.user && password === login?.pass
      if (known) done(null, { user: username })
      else done(new Error('canary of a server text'))
    },
    onRcptTo(_address, _session, done) {
      done(inbox.refusing ? new Error('550 canary of a server text') : null)
    },
    onData(stream, { envelope }, done) {
      void text(stream).then((content) => {
        inbox.mails.push({
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          to: envelope.rcptTo.map(({ address }) => address),
          text: content,
        })
        done()
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')

  inbox.port = (server.server.address() as AddressInfo).port
  cleanup(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return inbox
}
