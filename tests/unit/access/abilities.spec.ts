import { test } from '@japa/runner'
import { abilitiesBeyond, abilitiesOf, ROLES } from '#access/abilities'

test.group('Abilities of a caller', () => {
  test('a token with * has all that the role has and nothing more')
    .with(['reviewer', 'sender'] as const)
    .run(({ assert }, role) => {
      assert.sameMembers([...abilitiesOf(role, ['*'])], [...ROLES[role]])
    })

  test('whoever may read all messages may read messages', ({ assert }) => {
    assert.sameMembers([...abilitiesOf('admin', ['*'])], [...ROLES.admin, 'sms:read'])
    assert.sameMembers([...abilitiesOf('admin', ['sms:read:all'])], ['sms:read:all', 'sms:read'])
  })

  test('a token narrows its role', ({ assert }) => {
    assert.deepEqual([...abilitiesOf('sender', ['sms:read'])], ['sms:read'])
  })

  test('a token does not widen its role', ({ assert }) => {
    assert.deepEqual([...abilitiesOf('sender', ['sms:read', 'audit:read'])], ['sms:read'])
  })

  test('an ability that no role has counts where the token names it', ({ assert }) => {
    assert.isTrue(abilitiesOf('sender', ['*', 'token:read']).has('token:read'))
    assert.isFalse(abilitiesOf('admin', ['*']).has('token:read'))
    assert.isFalse(abilitiesOf('admin', ['*']).has('oauth:exchange'))
  })

  test('a token without abilities, an unknown ability and an unknown role allow nothing')
    .with([
      ['admin', []],
      ['admin', ['everything']],
      ['root', ['*']],
      ['constructor', ['*']],
    ] as const)
    .run(({ assert }, [role, granted]) => {
      assert.equal(abilitiesOf(role, granted).size, 0)
    })

  test('names what a role cannot be given', ({ assert }) => {
    const wanted = ['sms:send', 'token:read', 'audit:read'] as const
    assert.deepEqual(abilitiesBeyond('sender', [...wanted]), ['audit:read'])
  })
})
