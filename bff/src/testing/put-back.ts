import type { Sql, TransactionSql } from 'postgres'
import { signerLock } from '../features/audit/checkpoints.ts'
import { sequencerLock } from '../features/audit/sequencer.ts'

/** What the log is in the database. */
const log = ['audit_event', 'audit_text', 'audit_leaf', 'audit_node', 'audit_tree', 'audit_checkpoint']
/** What is found in it, and told of it. */
const found = ['audit_explanation', 'audit_fault', 'audit_check', 'audit_pending', 'outbox_mail']

/** Takes a copy of the logs in the database, under a name, as a backup has them: where nothing waits for its place. */
export const copyLogs = async (sql: Sql | TransactionSql, name: string): Promise<void> => {
  // raw: names of tables
  for (const table of log) await sql.unsafe(`create table ${name}_${table} as table ${table}`)
}

/**
 * Puts such a copy in the place of what is there, and forgets what was found since: as somebody who owns the database and
 * goes past triggers, while neither sequencer nor signer is at work; what is to be done `meanwhile` as well.
 */
export const putLogsBack = (
  superuser: Sql,
  name: string,
  meanwhile: (tx: TransactionSql) => Promise<unknown> = async () => undefined,
): Promise<unknown> =>
  superuser.begin(async (tx) => {
    for (const lock of [sequencerLock, signerLock]) await tx`select pg_advisory_xact_lock(${lock}::bigint)`
    await tx`lock table audit_event, audit_pending in exclusive mode`
    for (const table of found) await tx`delete from ${tx(table)}`
    for (const table of log) {
      // What the database makes by itself cannot be put back.
      const columns = await tx<{ name: string }[]>`select quote_ident(column_name) as name
        from information_schema.columns where table_name = ${table} and is_generated = 'NEVER'`
      const names = columns.map((one) => one.name).join()
      // raw: names of tables and columns
      await tx.unsafe(`delete from ${table}; insert into ${table} (${names}) select ${names} from ${name}_${table}`)
    }
    await meanwhile(tx)
  })
