import { BaseSchema } from '@adonisjs/lucid/schema'

/** What may be done to the rows of a table once they are written, and what to say to the rest. */
interface Guard {
  table: string
  refusal: string

  /** What a new row must not share with an old one: SQLite would replace the old one unasked. */
  keys: string[][]

  /** Columns that are empty at first and are filled in once. No other column ever changes. */
  filledLater?: { columns: string[]; others: string[] }

  /** Whether rows may be deleted: never, unless said. */
  deletable?: 'always' | 'when purged'

  /** Writing what is there already is no mistake: it is passed over. */
  passesOverKnown?: true
}

const GUARDS: Guard[] = [
  {
    table: 'audit_events',
    refusal: 'audit events are append-only; the retention rule removes old ones: audit:purge',
    keys: [['seq'], ['event_id'], ['prev_fingerprint']],
    deletable: 'when purged',
  },
  {
    table: 'audit_personal_values',
    refusal: 'personal values of audit events are never changed; they can be erased: audit:erase',
    keys: [['event_id', 'field']],
    deletable: 'always',
  },
  {
    table: 'audit_purges',
    refusal: 'purge marks are append-only: they tell where the audit trail begins',
    keys: [['id'], ['chain', 'first_seq']],
    filledLater: {
      columns: ['finished_at'],
      others: [
        ...['id', 'chain', 'first_seq', 'last_seq', 'fingerprint', 'started_at'],
        ...['signature', 'key_id'],
      ],
    },
  },
  {
    table: 'audit_holds',
    refusal: 'legal holds are append-only; one that is over is released: audit:hold --release',
    keys: [['id']],
    filledLater: {
      columns: ['released_by', 'released_at'],
      others: ['id', 'from_at', 'to_at', 'reason', 'placed_by', 'placed_at'],
    },
  },
  {
    table: 'audit_checkpoints',
    refusal: 'checkpoints of the audit trail are append-only',
    keys: [['chain', 'seq']],
    passesOverKnown: true,
  },
  {
    table: 'audit_signing_keys',
    refusal: 'the history of signing keys is append-only',
    keys: [['key_id']],
    passesOverKnown: true,
  },
]

const FUNCTIONS = [
  `CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
   END $$`,

  // The table is named with its schema: a temporary one of the same name opens no door.
  `CREATE FUNCTION audit_refuse_unless_purged() RETURNS trigger LANGUAGE plpgsql AS $$
   DECLARE
     purged_up_to bigint;
   BEGIN
     EXECUTE format('SELECT coalesce(max(last_seq), 0) FROM %I.audit_purges', TG_TABLE_SCHEMA)
       INTO purged_up_to;
     IF EXISTS (SELECT 1 FROM removed WHERE seq > purged_up_to) THEN
       RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
     END IF;
     RETURN NULL;
   END $$`,
]

/** Rows that were written stay as they are, whoever is at the keyboard. */
export default class extends BaseSchema {
  async up() {
    if (this.#onPostgres) for (const sql of FUNCTIONS) this.schema.raw(sql)

    for (const guard of GUARDS) {
      if (!(await this.db.schema.hasTable(guard.table))) continue
      for (const sql of this.#onPostgres ? postgresTriggers(guard) : sqliteTriggers(guard)) {
        this.schema.raw(sql)
      }
    }
  }

  async down() {
    if (this.#onPostgres) {
      this.schema.raw('DROP FUNCTION audit_refuse() CASCADE')
      this.schema.raw('DROP FUNCTION audit_refuse_unless_purged() CASCADE')
      return
    }

    for (const { table } of GUARDS) {
      for (const what of ['update', 'delete', 'replace']) {
        this.schema.raw(`DROP TRIGGER IF EXISTS ${table}_no_${what}`)
      }
    }
  }

  get #onPostgres(): boolean {
    return this.db.dialect.name === 'postgres'
  }
}

function postgresTriggers(guard: Guard): string[] {
  const { table, refusal } = guard
  const changed = guard.filledLater && changedBeyond(guard.filledLater, 'IS NOT DISTINCT FROM')
  const updates = changed ? `FOR EACH ROW WHEN (${changed})` : 'FOR EACH STATEMENT'
  const refuse = `EXECUTE FUNCTION audit_refuse('${refusal}')`
  const refuseUnlessPurged = `EXECUTE FUNCTION audit_refuse_unless_purged('${refusal}')`

  const triggers = [
    `CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table} ${updates} ${refuse}`,
    `CREATE TRIGGER ${table}_no_truncate BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT ${refuse}`,
  ]
  if (guard.deletable === 'when purged') {
    triggers.push(
      `CREATE TRIGGER ${table}_no_delete AFTER DELETE ON ${table}
       REFERENCING OLD TABLE AS removed FOR EACH STATEMENT ${refuseUnlessPurged}`
    )
  } else if (!guard.deletable) {
    triggers.push(
      `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} FOR EACH STATEMENT ${refuse}`
    )
  }
  return triggers
}

/**
 * A row that INSERT OR REPLACE pushes out fires no DELETE trigger, unless the connection
 * asks for it (recursive_triggers). So the row that would push it out is refused.
 */
function sqliteTriggers(guard: Guard): string[] {
  const { table, refusal, filledLater } = guard
  const refuse = `BEGIN SELECT RAISE(ABORT, '${refusal}'); END`
  const changed = filledLater ? `WHEN ${changedBeyond(filledLater, 'IS')}` : ''
  const unpurged = 'WHEN OLD.seq > coalesce((SELECT max(last_seq) FROM audit_purges), 0)'
  const known = guard.keys
    .map((key) => key.map((column) => `${column} = NEW.${column}`).join(' AND '))
    .map((same) => `EXISTS (SELECT 1 FROM ${table} WHERE ${same})`)
    .join(' OR ')
  const passOver = 'BEGIN SELECT RAISE(IGNORE); END'

  const triggers = [
    `CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table} ${changed} ${refuse}`,
    `CREATE TRIGGER ${table}_no_replace BEFORE INSERT ON ${table} WHEN ${known}
     ${guard.passesOverKnown ? passOver : refuse}`,
  ]
  if (guard.deletable !== 'always') {
    const when = guard.deletable ? unpurged : ''
    triggers.push(`CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} ${when} ${refuse}`)
  }
  return triggers
}

/** Whether an update does more than fill in what was empty. */
function changedBeyond({ columns, others }: NonNullable<Guard['filledLater']>, same: string) {
  const filled = columns.map((column) => `OLD.${column} IS NULL AND NEW.${column} IS NOT NULL`)
  const kept = others.map((column) => `OLD.${column} ${same} NEW.${column}`)
  return `NOT (${[...filled, ...kept].join(' AND ')})`
}
