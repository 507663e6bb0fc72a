import { BaseSchema } from '@adonisjs/lucid/schema'

/** Instants are ISO 8601 text in UTC with milliseconds, as in the events. */
export default class extends BaseSchema {
  async up() {
    this.schema.createTable('audit_purges', (table) => {
      table.increments('id')
      table.string('chain', 32).notNullable()
      table.bigInteger('first_seq').notNullable()
      table.bigInteger('last_seq').notNullable()
      table.string('fingerprint', 64).notNullable()
      table.string('started_at', 24).notNullable()
      table.string('finished_at', 24)
      table.text('signature').notNullable()
      table.string('key_id', 16).notNullable()

      table.unique(['chain', 'first_seq'])
    })

    this.schema.createTable('audit_holds', (table) => {
      table.increments('id')
      table.string('from_at', 24)
      table.string('to_at', 24)
      table.text('reason').notNullable()
      table.text('placed_by').notNullable()
      table.string('placed_at', 24).notNullable()
      table.text('released_by')
      table.string('released_at', 24)
    })
  }

  async down() {
    this.schema.dropTable('audit_holds')
    this.schema.dropTable('audit_purges')
  }
}
