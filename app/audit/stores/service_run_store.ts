import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import { inTransaction } from '#shared/transaction'

/** A process that serves, or that died while it did. Instants are ISO 8601 in UTC. */
export interface ServiceRun {
  runId: string

  /** How the process is named in the events that it writes. */
  instanceId: string
  startedAt: string
  seenAt: string
}

/** The processes that have begun to serve and have not said that they ended. */
export class ServiceRunStore {
  readonly #connect: () => QueryClientContract

  constructor(connect: () => QueryClientContract) {
    this.#connect = connect
  }

  /** Writes that this one is alive. @returns the others */
  async seen(run: ServiceRun): Promise<ServiceRun[]> {
    const row = {
      run_id: run.runId,
      instance_id: run.instanceId,
      started_at: run.startedAt,
      seen_at: run.seenAt,
    }

    // Together: who cannot write has no right to find that others did not.
    return inTransaction(this.#connect(), async (trx) => {
      const insert = trx.knexQuery().table('audit_service_runs').insert(row)
      await insert.onConflict('run_id').merge(['seen_at'])
      const others = await trx.from('audit_service_runs').whereNot('run_id', run.runId)
      return others.map(runOf)
    })
  }

  /** @returns whether it was there, and had not been seen since */
  async removeSilent(trx: TransactionClientContract, run: ServiceRun): Promise<boolean> {
    const { runId, seenAt } = run
    const removed = await trx
      .from('audit_service_runs')
      .where('run_id', runId)
      .where('seen_at', seenAt)
      .delete()
    return Number(removed) > 0
  }

  async remove(trx: TransactionClientContract, runId: string): Promise<void> {
    await trx.from('audit_service_runs').where('run_id', runId).delete()
  }
}

function runOf(row: Record<string, string>): ServiceRun {
  return {
    runId: row.run_id,
    instanceId: row.instance_id,
    startedAt: row.started_at,
    seenAt: row.seen_at,
  }
}
