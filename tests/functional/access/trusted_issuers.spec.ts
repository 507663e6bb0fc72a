import { DateTime } from 'luxon'
import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { JwtCallers } from '#access/jwt/jwt_callers'
import { Refusals } from '#access/refusals'
import { callApi, startGateway } from '#tests/helpers/gateway'
import { jwtCallers, startIssuer, trustIssuer } from '#tests/helpers/issuer'
import { createUser, tokenOf } from '#tests/helpers/users'
import { watchedRefusals } from '#tests/helpers/watched_refusals'

const SMS = { to: '+221771234567', message: 'Hello' }

const send = (bearer: string) => callApi('POST', '/api/sms/send', { bearer, body: SMS })

test.group('Callers with a JWT', () => {
  test('send as the account of their issuer, which owns what they sent', async (context) => {
    const { assert } = context
    const { sandbox } = await startGateway(context)
    const { issuer, account } = await trustIssuer(context)

    const sent = await send(await issuer.sign())

    assert.equal(sent.status, 201, JSON.stringify(sent.body))
    assert.lengthOf(sandbox.messages, 1)
    const row = await db.from('sms_messages').where('id', sent.body.data.id).first()
    assert.equal(row.user_id, account.id)

    const path = `/api/sms/messages/${sent.body.data.id}`
    const reader = await issuer.sign({ scope: 'sms.read', sub: 'client-8' })
    assert.equal((await callApi('GET', path, { bearer: reader })).status, 200)
    const stranger = await tokenOf(await createUser('sender'))
    assert.equal((await callApi('GET', path, { bearer: stranger })).status, 404)
  })

  test('send nothing without the scope', async (context) => {
    const { assert } = context
    const { sandbox } = await startGateway(context)
    const { issuer, account, refused } = await trustIssuer(context)

    const answer = await send(await issuer.sign({ scope: 'sms.read' }))

    assert.equal(answer.status, 403)
    assert.containSubset(answer.body, { code: 'forbidden', retryable: false })
    assert.lengthOf(sandbox.requests, 0)
    const actor = { id: String(account.id), issuer: issuer.name, subject: 'client-7' }
    assert.containSubset(refused, [{ reasonCode: 'ability_missing', actor }])
  })

  test('leave API tokens as they were', async (context) => {
    const { assert } = context
    const { bearers } = await startGateway(context)
    const { issuer, refused } = await trustIssuer(context)

    assert.equal((await send(bearers.sender)).status, 201)
    assert.equal((await send(`${bearers.sender}x`)).status, 401)
    assert.equal((await send(`${bearers.sender}.x`)).status, 401)
    assert.equal(refused[0].reasonCode, 'token_invalid')
    assert.equal(issuer.keySetRequests(), 0)
  })

  test('are nobody where no issuer is trusted', async (context) => {
    const { assert } = context
    const { recorder, refusals } = await watchedRefusals()
    context.swap(Refusals, refusals)
    const issuer = await startIssuer(context)

    const answer = await send(await issuer.sign())

    assert.equal(answer.status, 401)
    assert.equal(recorder.events[0].reasonCode, 'token_invalid')
    assert.equal(issuer.keySetRequests(), 0)
  })

  test('are known by the issuer that they come from, of several', async (context) => {
    const { assert } = context
    const { issuer: one, refused } = await trustIssuer(context)
    const other = await startIssuer(context)
    const [account, otherAccount] = [await createUser('sender'), await createUser('reviewer')]
    const reading = { abilities: { audit: ['audit:read'] } } as const
    const entries = [one.trusted(account.email), other.trusted(otherAccount.email, reading)]
    context.swap(JwtCallers, jwtCallers(context, one, ...entries))

    const look = async (token: string) => {
      const { status } = await callApi('GET', '/api/audit/events?limit=1', { bearer: token })
      return status
    }
    assert.equal(await look(await other.sign({ scope: 'audit' })), 200)
    assert.equal(await look(await one.sign({ scope: 'audit' })), 403)
    // What one signs in the name of the other.
    assert.equal(await look(await one.sign({ scope: 'audit', iss: other.name })), 401)
    assert.equal(refused.at(-1)!.reasonCode, 'jwt_signature')
  })

  test('are turned away with their account: {reason}')
    .with([
      { reason: 'user_disabled', disabled: true },
      { reason: 'account_unknown', disabled: false },
    ])
    .run(async (context, { reason, disabled }) => {
      const { assert } = context
      const { issuer, refused } = await trustIssuer(context)
      const { email, id } = await createUser('sender', { disabled })
      const entry = issuer.trusted(disabled ? email : 'nobody@example.test')
      context.swap(JwtCallers, jwtCallers(context, issuer, entry))

      const answer = await send(await issuer.sign())

      assert.equal(answer.status, 401)
      const actor = {
        id: disabled ? String(id) : 'anonymous',
        issuer: issuer.name,
        subject: 'client-7',
      }
      assert.containSubset(refused, [{ reasonCode: reason, actor }])
    })

  test('are turned away as soon as their account is disabled', async (context) => {
    const { assert } = context
    await startGateway(context)
    const { issuer, account } = await trustIssuer(context)
    const token = await issuer.sign()
    assert.equal((await send(token)).status, 201)

    await account.merge({ disabledAt: DateTime.utc() }).save()

    assert.equal((await send(token)).status, 401)
  })

  test('find their account however its address is written', async (context) => {
    const { assert } = context
    await startGateway(context)
    const { issuer, account } = await trustIssuer(context)
    const entry = issuer.trusted(account.email.toUpperCase())
    context.swap(JwtCallers, jwtCallers(context, issuer, entry))

    assert.equal((await send(await issuer.sign())).status, 201)
  })
})
