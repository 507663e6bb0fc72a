import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  async up() {
    this.schema.alterTable('audit_events', (table) => {
      table.text('tenant')
    })
  }

  /** By hand: Knex would make the table anew, and personal values refer to it. */
  async down() {
    this.schema.raw('ALTER TABLE audit_events DROP COLUMN tenant')
  }
}
