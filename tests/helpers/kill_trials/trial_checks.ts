import type { Assert } from '@japa/assert'
import { Secret } from '@adonisjs/core/helpers'
import type { AuditBody } from '#audit/recording/audit_body'
import type { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { KeyedDigest } from '#shared/keyed_digest'
import type { MadeRequest } from '#tests/helpers/kill_trials/load'
import type { TrialDatabase } from '#tests/helpers/kill_trials/trial_database'

interface Evidence {
  database: TrialDatabase
  sandbox: OrangeSandbox
  made: readonly MadeRequest[]
}

/** What must hold after a kill, whenever it came. Answers how much was checked. */
export async function checkAfterKill(assert: Assert, evidence: Evidence) {
  const { database } = evidence
  await database.settle()

  const verdict = await database.verify()
  assert.containSubset(verdict, { valid: true, problem: null })

  const rows = await database.connect().from('audit_events').orderBy('seq').select('body')
  const events = rows.map(({ body }) => JSON.parse(body) as AuditBody)
  checkAcknowledged(assert, events, evidence)
  checkNothingInvented(assert, events, evidence)
  const tokenRequests = checkTokenRequests(assert, events, evidence)
  const messages = await checkLedger(assert, evidence)

  return { events: events.length, tokenRequests, messages, open: openAttempts(events) }
}

/** When the token requests were made whose outcome nobody recorded. */
function openAttempts(events: AuditBody[]): string[] {
  const settled = events.filter(({ reasonCode }) => reasonCode === 'no_outcome_recorded')
  return settled.map(({ details }) => String(details!.requestedAt))
}

/** A refresh that was answered with 200 stands there once, asked for and done. */
function checkAcknowledged(assert: Assert, events: AuditBody[], { made }: Evidence): void {
  const told = Map.groupBy(events, ({ correlationId }) => correlationId)

  for (const { requestId } of made.filter(
    ({ kind, status }) => kind === 'refresh' && status === 200
  )) {
    const types = (told.get(requestId) ?? []).map(({ eventType }) => eventType)
    for (const type of ['auth.token.refresh_requested', 'auth.token.force_refreshed']) {
      assert.lengthOf(
        types.filter((each) => each === type),
        1,
        `${type} of ${requestId}`
      )
    }
  }
}

function checkNothingInvented(assert: Assert, events: AuditBody[], { made }: Evidence): void {
  const known = new Set(made.map(({ requestId }) => requestId))
  const strange = events.filter(({ correlationId: id }) => id && !known.has(id))
  assert.deepEqual(strange, [], 'every event belongs to a request that was made')

  const ids = new Set(events.map(({ eventId }) => eventId))
  assert.equal(ids.size, events.length, 'no event stands there twice')
}

function checkTokenRequests(assert: Assert, events: AuditBody[], { sandbox }: Evidence): number {
  const attempts = Map.groupBy(
    events.filter(({ attemptId }) => attemptId),
    ({ attemptId }) => attemptId
  )
  for (const [attemptId, told] of attempts) {
    const requested = told.filter(({ eventType }) => eventType === 'auth.token.requested')
    assert.lengthOf(requested, 1, `attempt ${attemptId} was requested once`)
    assert.isAbove(told.length, 1, `attempt ${attemptId} has an outcome`)
  }

  const arrived = sandbox.requests.filter(({ path }) => path === '/oauth/v3/token').length
  assert.isAtMost(arrived, attempts.size, 'every token request that arrived was recorded before')
  return arrived
}

async function checkLedger(assert: Assert, { database, sandbox, made }: Evidence): Promise<number> {
  const rows = await database.connect().from('sms_messages')
  const byNumber = Map.groupBy(rows, (row) => row.recipient_index as string)
  const index = new KeyedDigest(new Secret(database.env.APP_KEY), 'telephone-numbers')
  const accepted = Map.groupBy(sandbox.messages, ({ address }) => address.replace(/^tel:/, ''))

  for (const [number, messages] of accepted) {
    assert.lengthOf(messages, 1, `${number} got one SMS`)
    assert.lengthOf(byNumber.get(index.of(number)) ?? [], 1, `${number} has one row`)
  }
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const { status, data, to } of made.filter(({ kind }) => kind === 'send')) {
    if (status === 201) {
      assert.containSubset(byId.get(data!.id), { status: 'sent', resource_id: data!.resourceId })
    }
    if (status === 202) {
      // `sent` where only the database's answer was lost: the ledger then knows more than the caller.
      const known = accepted.has(to!) ? ['sending', 'unknown', 'sent'] : ['sending', 'unknown']
      assert.include(known, byId.get(data!.id)?.status)
    }
  }
  return accepted.size
}
