import { test } from '@japa/runner'
import type { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import { httpExchange } from '#tests/helpers/sandbox/http_exchange'
import { json, obtainToken, sendSms } from '#tests/helpers/sandbox/sandbox_client'

const CONTRACT_FIELDS =
  'id type developerId applicationId country offerName availableUnits requestedUnits status expirationDate creationDate lastUpdateDate'

function contracts(sandbox: OrangeSandbox, token: string) {
  const headers = { authorization: `Bearer ${token}` }
  return httpExchange(`${sandbox.url}/sms/admin/v1/contracts?country=SEN`, { headers })
}

test.group('Sandbox, gateway', () => {
  test('an unknown path is code 60, a wrong method code 61', async ({ assert }) => {
    const sandbox = await startSandbox()
    const unknown = await httpExchange(`${sandbox.url}/nowhere`)
    const wrong = await httpExchange(`${sandbox.url}/sms/admin/v1/contracts`, { method: 'DELETE' })

    assert.deepEqual(
      [unknown.status, json(unknown)],
      [
        404,
        {
          code: 60,
          message: 'Resource not found',
          description: 'The requested URI or the requested resource does not exist.',
        },
      ]
    )
    assert.deepEqual([wrong.status, json(wrong).code], [405, 61])
  })

  test('contracts are a bare list that follows what was sent', async ({ assert }) => {
    const sandbox = await startSandbox({ availableUnits: 120 })
    const token = await obtainToken(sandbox)

    await sendSms(sandbox, { token })
    const [contract] = json(await contracts(sandbox, token))
    assert.sameMembers(Object.keys(contract), CONTRACT_FIELDS.split(' '))
    assert.equal(contract.availableUnits, 119)
    assert.equal(contract.status, 'ACTIVE')
    assert.match(contract.expirationDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

    sandbox.configure({ contract: 'expired' })
    assert.equal(json(await contracts(sandbox, token))[0].status, 'EXPIRED')
    sandbox.configure({ contract: 'none' })
    assert.deepEqual(json(await contracts(sandbox, token)), [])
    assert.equal(json(await contracts(sandbox, 'unknown')).code, 41)
  })
})
