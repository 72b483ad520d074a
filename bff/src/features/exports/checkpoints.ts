import { utf8 } from '@gatehouse/shared/audit/bytes'
import type { CheckpointView } from '@gatehouse/shared/views/exports'
import { and, asc, desc, eq, sql } from 'drizzle-orm'
import { auditCheckpoint } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'

const noteOf = (rows: { note: string }[]): Uint8Array | undefined => (rows[0] ? utf8(rows[0].note) : undefined)

const notes = (db: Tx) => db.select({ note: auditCheckpoint.note }).from(auditCheckpoint).$dynamic()

/** The first there was. */
export const oldestCheckpoint = async (db: Tx, tree: string): Promise<Uint8Array | undefined> =>
  noteOf(await notes(db).where(eq(auditCheckpoint.tree, tree)).orderBy(asc(auditCheckpoint.size)).limit(1))

/** The one of a size, where it is stored. */
export const checkpointOfSize = async (db: Tx, tree: string, size: number): Promise<Uint8Array | undefined> =>
  noteOf(await notes(db).where(and(eq(auditCheckpoint.tree, tree), eq(auditCheckpoint.size, size))))

const mostDays = 60

/** The last checkpoint of each day (UTC) that there was one, newest first, and the first of all at the end. */
export const checkpointsByDay = async (db: Tx, tree: string): Promise<CheckpointView[]> => {
  const day = sql`${auditCheckpoint.at} / 86400000`
  const [last, first] = await Promise.all([
    db
      .selectDistinctOn([day], { size: auditCheckpoint.size, at: auditCheckpoint.at })
      .from(auditCheckpoint)
      .where(eq(auditCheckpoint.tree, tree))
      .orderBy(desc(day), desc(auditCheckpoint.size))
      .limit(mostDays),
    db
      .select({ size: auditCheckpoint.size, at: auditCheckpoint.at })
      .from(auditCheckpoint)
      .where(eq(auditCheckpoint.tree, tree))
      .orderBy(asc(auditCheckpoint.size))
      .limit(1),
  ])
  return [...last, ...first.filter(({ size }) => last.every((one) => one.size !== size))]
}
