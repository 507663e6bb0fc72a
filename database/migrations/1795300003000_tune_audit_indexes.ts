import { BaseSchema } from '@adonisjs/lucid/schema'

/**
 * What searches need, and no more: every index is paid for by every event. The expressions
 * and conditions stand word by word in the queries that use them, since SQLite compares
 * them as text.
 */
const ADDED = {
  audit_events_day_seq_index: '(substr(occurred_at, 1, 10), seq)',
  audit_events_token_seq_index: '(token_fingerprint, seq) WHERE token_fingerprint IS NOT NULL',
  audit_events_tenant_seq_index: '(tenant, seq) WHERE tenant IS NOT NULL',
  audit_events_grave_seq_index: "(severity, seq) WHERE severity IN ('high', 'critical')",
}

export default class extends BaseSchema {
  async up() {
    this.schema.alterTable('audit_events', (table) => {
      table.dropIndex(['occurred_at'])
      table.dropIndex(['token_fingerprint'])
    })
    for (const [name, columns] of Object.entries(ADDED)) {
      this.schema.raw(`CREATE INDEX ${name} ON audit_events ${columns}`)
    }
  }

  async down() {
    for (const name of Object.keys(ADDED)) this.schema.raw(`DROP INDEX ${name}`)
    this.schema.alterTable('audit_events', (table) => {
      table.index(['occurred_at'])
      table.index(['token_fingerprint'])
    })
  }
}
