import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  protected tableName = 'sms_messages'

  async up() {
    this.schema.createTable(this.tableName, (table) => {
      table.uuid('id').primary()
      table.integer('user_id').notNullable().unsigned().references('id').inTable('users')
      table.string('status', 16).notNullable()

      table.text('recipient').notNullable()
      table.string('recipient_index', 32).notNullable()
      table.string('sender_address', 20).notNullable()
      table.string('sender_name', 11).nullable()
      table.string('reference', 64).nullable()
      table.string('encoding', 8).notNullable()
      table.integer('segments').notNullable().unsigned()

      table.string('resource_id', 64).nullable()
      table.string('reason_code', 40).nullable()
      table.string('reason', 255).nullable()
      table.string('token_fingerprint', 32).nullable()
      table.string('request_id', 64).nullable()

      table.bigInteger('created_at').notNullable()
      table.bigInteger('finished_at').nullable()

      table.index(['user_id', 'created_at'])
      table.index(['status', 'created_at'])
      table.index(['recipient_index'])
      table.index(['resource_id'])
      table.index(['token_fingerprint'])
    })
  }

  async down() {
    this.schema.dropTable(this.tableName)
  }
}
