import { BaseSchema } from '@adonisjs/lucid/schema'

/** Instants are ISO 8601 text in UTC with milliseconds, as in the events. */
export default class extends BaseSchema {
  async up() {
    this.schema.createTable('audit_service_runs', (table) => {
      table.uuid('run_id').primary()
      table.text('instance_id').notNullable()
      table.string('started_at', 24).notNullable()
      table.string('seen_at', 24).notNullable()
    })
  }

  async down() {
    this.schema.dropTable('audit_service_runs')
  }
}
