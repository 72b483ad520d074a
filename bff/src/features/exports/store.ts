import { and, asc, desc, eq, getTableColumns, inArray, isNull, lt, lte, not, or, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { person } from '../people/tables.ts'
import { type ExportRow, limits } from './rules.ts'
import { auditExport } from './tables.ts'

const { devices: _, customers: __, ...columns } = getTableColumns(auditExport)

const underWay = inArray(auditExport.state, ['queued', 'running'])

/** It is ready, and its file there. */
export const isDone: SQL = sql`${auditExport.state} = 'done'`

/** The exports of a person, newest first, one more than `limit`. */
export const exportsOf = (db: Tx, personId: string, limit: number, before: string | undefined): Promise<ExportRow[]> =>
  db
    .select(columns)
    .from(auditExport)
    .where(and(eq(auditExport.personId, personId), before ? lt(auditExport.id, before) : undefined))
    .orderBy(desc(auditExport.id))
    .limit(limit + 1)

/** An export of a person; `undefined` for that of another as for none. */
export const exportOf = async (db: Tx, personId: string, id: string): Promise<ExportRow | undefined> => {
  const [row] = await db
    .select(columns)
    .from(auditExport)
    .where(and(eq(auditExport.personId, personId), eq(auditExport.id, id)))
  return row
}

/** What is in the file of an export. */
export const contentsOf = async (db: Tx, id: string): Promise<{ devices: string[]; customers: string[] }> => {
  const [row] = await db
    .select({ devices: auditExport.devices, customers: auditExport.customers })
    .from(auditExport)
    .where(eq(auditExport.id, id))
  return { devices: row?.devices ?? [], customers: row?.customers ?? [] }
}

/** How many exports of a person are under way. */
export const countUnderWay = (db: Tx, personId: string): Promise<number> =>
  db.$count(auditExport, and(eq(auditExport.personId, personId), underWay))

/** Bytes of the exports that are kept of a person, and of all people of his company. */
export const bytesKept = async (db: Tx, personId: string): Promise<{ person: number; company: number }> => {
  const ofPerson = eq(auditExport.personId, personId)
  const [row] = await db
    .select({
      person: sql<string>`coalesce(sum(${auditExport.bytes}) filter (where ${ofPerson}), 0)`,
      company: sql<string>`coalesce(sum(${auditExport.bytes}), 0)`,
    })
    .from(auditExport)
    .innerJoin(person, eq(person.id, auditExport.personId))
    .where(
      and(
        isDone,
        sql`${person.customerId} is not distinct from (select own.customer_id from ${person} own where own.id = ${personId})`,
      ),
    )
  return { person: Number(row?.person ?? 0), company: Number(row?.company ?? 0) }
}

/** Writes an export down that has been asked for. */
export const addExport = (tx: Tx, row: typeof auditExport.$inferInsert): Promise<unknown> =>
  tx.insert(auditExport).values(row)

/** Forgets an export; false where it is gone already, or under way. */
export const forgetExport = async (tx: Tx, id: string): Promise<boolean> => {
  const gone = await tx
    .delete(auditExport)
    .where(and(eq(auditExport.id, id), not(underWay)))
    .returning({ id: auditExport.id })
  return gone.length > 0
}

/** Moves an export that is under way on, or to an end; false where somebody else has done so. */
export const moveExport = async (
  db: Tx,
  id: string,
  set: Partial<typeof auditExport.$inferInsert>,
  from: SQL = underWay,
): Promise<boolean> => {
  const moved = await db
    .update(auditExport)
    .set(set)
    .where(and(eq(auditExport.id, id), from))
    .returning({ id: auditExport.id })
  return moved.length > 0
}

/** The exports that are small enough to be ready at once, and the others. */
export const sizes = {
  small: lte(auditExport.total, limits.counted),
  large: or(isNull(auditExport.total), not(lte(auditExport.total, limits.counted))),
} as const

/** The oldest export of a size that is to be made; also one that somebody began and did not end. */
export const nextExport = async (db: Tx, size: keyof typeof sizes, now: number): Promise<ExportRow | undefined> => {
  const [row] = await db
    .select(columns)
    .from(auditExport)
    // What a clock that was ahead wrote down has its turn when this one is there.
    .where(and(underWay, sizes[size], lte(auditExport.askedAt, now)))
    .orderBy(asc(auditExport.id))
    .limit(1)
  return row
}

/** The exports whose file has been kept long enough. */
export const overdueExports = (db: Tx, now: number): Promise<ExportRow[]> =>
  db
    .select(columns)
    .from(auditExport)
    .where(and(eq(auditExport.state, 'done'), lte(auditExport.expiresAt, now)))
    .limit(1_000)

/** Those of these ids of which there is, or may come to be, a file. */
export const withFiles = async (db: Tx, ids: readonly string[]): Promise<Set<string>> => {
  const rows = await db
    .select({ id: auditExport.id })
    .from(auditExport)
    .where(and(inArray(auditExport.id, [...ids]), or(underWay, eq(auditExport.state, 'done'))))
  return new Set(rows.map(({ id }) => id))
}
