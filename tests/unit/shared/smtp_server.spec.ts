import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { smtpConnection } from '#shared/smtp_server'

const PORT = 587

test.group('A mail server', () => {
  test('is named by one URL, with everything in it', ({ assert }) => {
    const url = new Secret('smtps://me%40example.test:p%3Aass@mail.example.test')

    assert.deepInclude(smtpConnection({ url, port: PORT }), {
      host: 'mail.example.test',
      port: 465,
      secure: true,
      auth: { type: 'login', user: 'me@example.test', pass: 'p:ass' },
    })
  })

  test('or by its parts', ({ assert }) => {
    const password = new Secret('pass')

    assert.deepInclude(
      smtpConnection({ host: 'mail.example.test', port: 465, username: 'me', password }),
      { host: 'mail.example.test', secure: true, auth: { type: 'login', user: 'me', pass: 'pass' } }
    )
    assert.deepInclude(smtpConnection({ host: 'mail.example.test', port: 25 }), { secure: false })
  })

  test('may have an address of IPv6', ({ assert }) => {
    const url = new Secret('smtp://[2001:db8::1]:25')
    assert.deepInclude(smtpConnection({ url, port: PORT }), { host: '2001:db8::1', port: 25 })
  })

  test('gets a password encrypted only, unless it is on this machine: {url}')
    .with([
      { url: 'smtp://me:pass@mail.example.test', encrypted: true },
      { url: 'smtp://me:pass@10.0.0.1:25', encrypted: true },
      { url: 'smtp://me:pass@127.0.0.1.example.test', encrypted: true },
      { url: 'smtp://me:pass@127.0.0.1:25', encrypted: false },
      { url: 'smtp://me:pass@[::1]:25', encrypted: false },
      { url: 'smtp://mail.example.test', encrypted: false },
    ])
    .run(({ assert }, { url, encrypted }) => {
      const { requireTLS } = smtpConnection({ url: new Secret(url), port: PORT })
      assert.equal(requireTLS, encrypted)
    })
})
