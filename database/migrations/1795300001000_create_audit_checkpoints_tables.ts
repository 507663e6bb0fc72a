import { BaseSchema } from '@adonisjs/lucid/schema'

/** Instants are ISO 8601 text in UTC with milliseconds, as in the events. */
export default class extends BaseSchema {
  async up() {
    this.schema.createTable('audit_checkpoints', (table) => {
      table.string('chain', 32).notNullable()
      table.bigInteger('seq').notNullable()
      table.string('fingerprint', 64).notNullable()
      table.string('created_at', 24).notNullable()
      table.string('reason', 16).notNullable()
      table.text('signature').notNullable()
      table.string('key_id', 16).notNullable()
      table.primary(['chain', 'seq'])
    })

    this.schema.createTable('audit_signing_keys', (table) => {
      table.string('key_id', 16).primary()
      table.string('public_key', 44).notNullable()
      table.string('introduced_at', 24).notNullable()
      table.bigInteger('introduced_seq').notNullable()
    })
  }

  async down() {
    this.schema.dropTable('audit_signing_keys')
    this.schema.dropTable('audit_checkpoints')
  }
}
