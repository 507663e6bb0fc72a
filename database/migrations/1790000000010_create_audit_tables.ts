import { BaseSchema } from '@adonisjs/lucid/schema'

const NO_EVENT_YET = '0'.repeat(64)

/** Instants are ISO 8601 text in UTC with milliseconds, which sorts alike on every database. */
export default class extends BaseSchema {
  async up() {
    this.#createEvents()
    this.#createHeads()
    this.#createPersonalValues()
  }

  async down() {
    this.schema.dropTable('audit_personal_values')
    this.schema.dropTable('audit_heads')
    this.schema.dropTable('audit_events')
  }

  #createEvents() {
    this.schema.createTable('audit_events', (table) => {
      table.bigInteger('seq').primary()
      table.uuid('event_id').notNullable().unique()
      table.text('body').notNullable()
      table.string('fingerprint', 64).notNullable()
      table.string('prev_fingerprint', 64).notNullable().unique()

      table.text('event_type').notNullable()
      table.string('occurred_at', 24).notNullable()
      table.string('recorded_at', 24).notNullable()
      table.string('outcome', 16).notNullable()
      table.string('severity', 16).notNullable()
      table.text('reason_code')
      table.string('actor_type', 16).notNullable()
      table.text('actor_id').notNullable()
      table.text('actor_role')
      table.text('target_type')
      table.text('target_id')
      table.text('correlation_id')
      table.text('attempt_id')
      table.text('token_fingerprint')

      table.index(['event_type', 'seq'])
      table.index(['occurred_at'])
      table.index(['actor_id', 'seq'])
      table.index(['target_id', 'seq'])
      table.index(['correlation_id'])
      table.index(['attempt_id'])
      table.index(['token_fingerprint'])
    })
  }

  #createHeads() {
    this.schema.createTable('audit_heads', (table) => {
      table.string('chain', 32).primary()
      table.bigInteger('seq').notNullable()
      table.string('fingerprint', 64).notNullable()
      table.text('signature')
      table.string('key_id', 16)
      table.string('updated_at', 24)
    })

    this.defer(async (db) => {
      await db.table('audit_heads').insert({ chain: 'main', seq: 0, fingerprint: NO_EVENT_YET })
    })
  }

  #createPersonalValues() {
    this.schema.createTable('audit_personal_values', (table) => {
      table.uuid('event_id').notNullable().references('event_id').inTable('audit_events')
      table.string('field', 32).notNullable()
      table.string('salt', 64).notNullable()
      table.text('value').notNullable()
      table.primary(['event_id', 'field'])
    })
  }
}
