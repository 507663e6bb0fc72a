import { BaseSchema } from '@adonisjs/lucid/schema'

/** `sealed` is encrypted JSON, bound to its row. `updated_at` is ISO 8601 text in UTC. */
export default class extends BaseSchema {
  async up() {
    this.schema.createTable('oauth_tenant_credentials', (table) => {
      table.string('provider', 64).notNullable()
      table.string('tenant', 64).notNullable()
      table.text('sealed').notNullable()
      table.string('updated_at', 24).notNullable()
      table.primary(['provider', 'tenant'])
    })
  }

  async down() {
    this.schema.dropTable('oauth_tenant_credentials')
  }
}
