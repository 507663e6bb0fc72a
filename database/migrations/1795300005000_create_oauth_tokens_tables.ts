import { BaseSchema } from '@adonisjs/lucid/schema'

/**
 * Tokens, the pauses of credentials, and the leases by which processes take turns. Keys are
 * digests; `record` is JSON with the token sealed in it, null once the token was removed.
 */
export default class extends BaseSchema {
  async up() {
    this.schema.createTable('oauth_tokens', (table) => {
      table.string('key', 64).primary()
      table.text('fingerprint').notNullable()
      table.text('record').nullable()
    })

    this.schema.createTable('oauth_pauses', (table) => {
      table.string('credential', 64).primary()
      table.text('pause').notNullable()
    })

    this.schema.createTable('locks', (table) => {
      table.string('key').notNullable().primary()
      table.string('owner').notNullable()
      table.bigInteger('expiration').unsigned().nullable()
    })
  }

  async down() {
    this.schema.dropTable('locks')
    this.schema.dropTable('oauth_pauses')
    this.schema.dropTable('oauth_tokens')
  }
}
