import { runInNewContext } from 'node:vm'
import { test } from '@japa/runner'
import { defineTrustedIssuers } from '#access/jwt/define_trusted_issuers'
import type { TrustedIssuer } from '#access/jwt/trusted_issuer'
import { trustedIssuers } from '#config/auth'
import { codeIn } from '#tests/helpers/readme'

const ENTRY: TrustedIssuer = {
  issuer: 'https://login.example.test',
  audience: 'urn:sms-gateway',
  jwksUri: 'https://login.example.test/keys',
  account: 'billing@example.test',
  abilities: { 'sms.send': ['sms:send'] },
}

/** What a configuration may hold that no compiler looked at. */
type Wrong = { [Key in keyof TrustedIssuer]?: unknown }

test.group('Trusted issuers', () => {
  test('are none unless somebody names them', ({ assert }) => {
    assert.deepEqual(trustedIssuers, [])
  })

  test('are kept as they are', ({ assert }) => {
    const local = { ...ENTRY, issuer: 'local', jwksUri: 'http://127.0.0.1:8080/keys' }
    const narrow = {
      ...ENTRY,
      issuer: 'narrow',
      algorithms: ['ES256'],
      scopeClaim: 'roles',
    } as const
    assert.deepEqual(defineTrustedIssuers([ENTRY, local, narrow]), [ENTRY, local, narrow])
  })

  test('are refused with file and key: {rest}')
    .with([
      { wrong: { issuer: '' }, rest: 'issuer" is empty' },
      { wrong: { issuer: undefined }, rest: 'issuer" is empty' },
      { wrong: { audience: ' ' }, rest: 'audience" is empty' },
      { wrong: { audience: [] }, rest: 'audience" is empty' },
      { wrong: { jwksUri: '' }, rest: 'jwksUri" is empty' },
      {
        wrong: { jwksUri: 'http://login.example.test/keys' },
        rest: 'jwksUri" must be https: http is accepted on the loopback address only',
      },
      { wrong: { jwksUri: '/keys' }, rest: 'jwksUri" is not an absolute URL' },
      {
        wrong: { jwksUri: 'https://me:secret@login.example.test' },
        rest: 'jwksUri" must not contain a user name or password',
      },
      { wrong: { account: '' }, rest: 'account" is empty' },
      { wrong: { account: 'billing' }, rest: 'account" is not an e-mail address' },
      { wrong: { abilities: {} }, rest: 'abilities" is empty' },
      { wrong: { abilities: undefined }, rest: 'abilities" is empty' },
      { wrong: { abilities: { x: [] } }, rest: 'abilities.x" is empty' },
      { wrong: { abilities: { x: 'sms:send' } }, rest: 'abilities.x" is empty' },
      {
        wrong: { abilities: { 'a b': ['sms:send'] } },
        rest: 'abilities" names "a b", which is no scope',
      },
      {
        wrong: { abilities: { x: ['sms:send', '*'] } },
        rest: 'abilities.x" names "*", which is no ability',
      },
      {
        wrong: { abilities: { x: ['sms:fly'] } },
        rest: 'abilities.x" names "sms:fly", which is no ability',
      },
      {
        wrong: { abilities: { x: ['token:read'] } },
        rest: 'abilities.x" names "token:read", which no role has: it takes an API token',
      },
      { wrong: { scopeClaim: '' }, rest: 'scopeClaim" is empty' },
      { wrong: { algorithms: [] }, rest: 'algorithms" is empty' },
      ...['HS256', 'none', 'RS1', 'rs256', 'dir'].map((algorithm) => ({
        wrong: { algorithms: ['ES256', algorithm] },
        rest: `algorithms" names "${algorithm}", which is no signature by a private key`,
      })),
    ] as { wrong: Wrong; rest: string }[])
    .run(({ assert }, { wrong, rest }) => {
      const good = { ...ENTRY, issuer: 'good' }
      assert.throws(
        () => defineTrustedIssuers([good, { ...ENTRY, ...wrong } as TrustedIssuer]),
        `config/auth.ts: "trustedIssuers[1].${rest}`
      )
    })

  test('may be written as the manual shows', ({ assert }) => {
    const code = codeIn('docs/operations.md', 'Admit callers by JWT').replace('export const', '')
    const context: Record<string, unknown> = { defineTrustedIssuers }

    runInNewContext(code, context)

    const [entry] = context.trustedIssuers as TrustedIssuer[]
    assert.equal(entry.account, 'billing@example.org')
  })

  test('are there once', ({ assert }) => {
    assert.throws(
      () => defineTrustedIssuers([ENTRY, { ...ENTRY, audience: 'another' }]),
      'config/auth.ts: "trustedIssuers[1].issuer" is there twice'
    )
  })
})
