import { BaseSchema } from '@adonisjs/lucid/schema'

/**
 * What people give by signing in at a provider: refresh tokens, sealed, and the sign-ins that
 * are under way. Instants are milliseconds since 1970.
 */
export default class extends BaseSchema {
  async up() {
    this.schema.createTable('oauth_refresh_tokens', (table) => {
      table.string('provider', 64).notNullable()
      table.string('tenant', 64).notNullable()
      table.string('subject', 128).notNullable()
      table.text('sealed').nullable()
      table.bigInteger('sequence').notNullable()
      table.bigInteger('signed_in_at').notNullable()
      table.bigInteger('expires_at').nullable()
      table.string('ended_by', 64).nullable()
      table.primary(['provider', 'tenant', 'subject'])
    })

    this.schema.createTable('oauth_sign_ins', (table) => {
      table.string('state', 64).primary()
      table.text('sealed').notNullable()
      table.bigInteger('expires_at').notNullable()
    })
  }

  async down() {
    this.schema.dropTable('oauth_sign_ins')
    this.schema.dropTable('oauth_refresh_tokens')
  }
}
