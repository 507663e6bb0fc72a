import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  async up() {
    this.schema.raw(
      'CREATE INDEX audit_events_day_seq_index ON audit_events (substr(occurred_at, 1, 10), seq)'
    )
  }

  async down() {
    this.schema.raw('DROP INDEX audit_events_day_seq_index')
  }
}
