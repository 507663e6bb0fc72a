import { test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import { AuditTrail } from '#audit/recording/audit_trail'
import { EventRecorder } from '#shared/event_recorder'

test.group('The audit provider', () => {
  test('hands every part of the process the same trail', async ({ assert }) => {
    const recorder = await app.container.make(EventRecorder)

    assert.instanceOf(recorder, AuditTrail)
    assert.strictEqual(await app.container.make(EventRecorder), recorder)
  })
})
