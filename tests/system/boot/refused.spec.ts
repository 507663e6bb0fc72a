import { test } from '@japa/runner'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { assertRefused } from '#tests/helpers/boot/refused_boot'

test.group('Config | A boot that is refused', () => {
  test('F1 | names every missing variable at once', async (context) => {
    const needed = [
      'APP_KEY',
      'APP_URL',
      'ORANGE_CLIENT_ID',
      'ORANGE_CLIENT_SECRET',
      'ORANGE_SMS_SENDER_ADDRESS',
      'AUDIT_SIGNING_KEY',
    ]
    await assertRefused(context, { wrong: {}, without: needed, named: needed })
  })

  test('F1 | names every secret that was never meant, and its value never', async (context) => {
    await assertRefused(context, {
      wrong: {
        APP_KEY: '"quoted-9d41c0aa6e7b4a5c8f21-quoted-9d41c0aa"',
        ORANGE_CLIENT_ID: 'your-client-id',
        ORANGE_CLIENT_SECRET: 'f41c7d0a9be2\nsecond-line-5582',
        ORANGE_AUTHORIZATION_HEADER: 'Basic xxxxxxxxxxxxxxxx',
        AUDIT_SIGNING_KEY: 'changeme-4471',
        MONITORING_SECRET: '                    ',
        DATABASE_URL: '<postgres-address>',
      },
    })
  })

  test('F2 | names what is wrong with the places that checkpoints go to', async (context) => {
    await assertRefused(context, {
      wrong: {
        AUDIT_CHECKPOINT_WEBHOOK_URL: 'http://collector.example.org/canary-path',
        AUDIT_CHECKPOINT_MAIL_TO: 'no-address-6631',
        SMTP_URL: 'smtp://me:100%-canary@mail.example.org',
        SMTP_PASSWORD: 'password-without-a-name-1182',
      },
      named: [
        'AUDIT_CHECKPOINT_WEBHOOK_URL',
        'AUDIT_CHECKPOINT_MAIL_TO',
        'AUDIT_CHECKPOINT_MAIL_FROM',
        'SMTP_URL',
        'SMTP_USERNAME',
      ],
    })
  })

  test('F1 | names an empty variable as a missing one', async (context) => {
    await assertRefused(context, {
      wrong: { APP_KEY: '', ORANGE_CLIENT_SECRET: '', AUDIT_SIGNING_KEY: '' },
    })
  })

  test('F1 | names the files whose secrets are wrong, and what is in them never', async (context) => {
    const folder = await temporaryFolder(context)
    const secret = 'changeme-in-a-file-8812'

    await assertRefused(context, {
      without: ['APP_KEY', 'ORANGE_CLIENT_SECRET', 'AUDIT_SIGNING_KEY'],
      wrong: {
        APP_KEY_FILE: folder.file('nowhere'),
        ORANGE_CLIENT_SECRET_FILE: await folder.write('client-secret', `${secret}\n`),
        AUDIT_SIGNING_KEY_FILE: await folder.write('signing-key', '\n'),
      },
      hidden: [secret],
    })
  })

  test('F2 | names every address that is not safe, and tells none', async (context) => {
    await assertRefused(context, {
      wrong: {
        APP_URL: 'https://gateway.example.org/ ',
        ORANGE_API_BASE_URL: 'http://orange.example.org',
        ORANGE_TOKEN_ENDPOINT: 'https://someone:9c1e77@orange.example.org/token#part',
      },
    })
  })

  test('F3 | names an APP_KEY below 32 characters', async (context) => {
    await assertRefused(context, { wrong: { APP_KEY: '5d1f0c7aa3e94b6d8f20c1b7e9a4d3f' } })
  })

  test('F4 | names numbers out of range, and words where a choice was asked for', async (context) => {
    await assertRefused(context, {
      wrong: {
        PORT: '1000000',
        OAUTH_REFRESH_THRESHOLD_MINUTES: '-10000',
        OAUTH_CACHE_ENABLED: 'maybe-so',
        OAUTH_TOKEN_STORE: 'the-cloud',
        DB_CONNECTION: 'oracle-11g',
        TRUSTED_PROXIES: '10.0.0.0/777',
      },
    })
  })

  test('F8 | names everything of Node that leaks', async (context) => {
    const folder = await temporaryFolder(context)

    await assertRefused(context, {
      wrong: {
        NODE_OPTIONS: '--inspect=127.0.0.1:0',
        NODE_DEBUG: 'http,undici',
        DEBUG: 'knex:bindings',
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        SSLKEYLOGFILE: folder.file('tls-keys'),
      },
      // Node itself announces its debugger; what the others hold is no secret.
      hidden: [],
    })
  })

  test('F8 | names what the command line asks of Node', async (context) => {
    await assertRefused(context, {
      wrong: {},
      nodeArgs: ['--report_on_signal'],
      named: ['NODE_OPTIONS'],
    })
  })

  test('names a sandbox in production', async (context) => {
    await assertRefused(context, { wrong: { SMS_SANDBOX_MODE: '1' } })
  })
})
