import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  async up() {
    this.schema.alterTable('audit_events', (table) => {
      table.text('tenant')
    })
  }

  async down() {
    this.schema.alterTable('audit_events', (table) => {
      table.dropColumn('tenant')
    })
  }
}
