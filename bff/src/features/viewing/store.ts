import { and, eq, isNull } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'
import { signIn } from '../sign-in/tables.ts'
import { viewing } from './tables.ts'

const columns = {
  signInId: viewing.signInId,
  customerId: viewing.customerId,
  personId: viewing.personId,
  reason: viewing.reason,
  caseNumber: viewing.caseNumber,
  startedAt: viewing.startedAt,
  until: viewing.until,
  viewerId: signIn.userId,
  name: person.name,
  email: person.email,
  customerName: customer.name,
  invitedAt: person.invitedAt,
  disabledAt: person.disabledAt,
  removedAt: person.removedAt,
}

const viewings = (db: Tx) =>
  db
    .select(columns)
    .from(viewing)
    .innerJoin(signIn, eq(signIn.handle, viewing.signInId))
    .innerJoin(person, and(eq(person.customerId, viewing.customerId), eq(person.id, viewing.personId)))
    .innerJoin(customer, eq(customer.id, viewing.customerId))

/** What is looked at under a sign-in, over or not. */
export const viewingUnder = async (db: Tx, signInId: string) => {
  const [row] = await viewings(db).where(eq(viewing.signInId, signInId))
  return row
}
export type ViewingRow = NonNullable<Awaited<ReturnType<typeof viewingUnder>>>

/** Everything that is looked at. */
export const allViewings = (db: Tx): Promise<ViewingRow[]> => viewings(db)

/** A person of a customer, removed ones left out. */
export const personOf = async (db: Tx, customerId: string, id: string) => {
  const [row] = await db
    .select({
      id: person.id,
      name: person.name,
      email: person.email,
      customerId: customer.id,
      customerName: customer.name,
      invitedAt: person.invitedAt,
      disabledAt: person.disabledAt,
      removedAt: person.removedAt,
    })
    .from(person)
    .innerJoin(customer, eq(customer.id, person.customerId))
    .where(and(eq(person.customerId, customerId), eq(person.id, id), isNull(person.removedAt)))
  return row
}
export type Viewed = NonNullable<Awaited<ReturnType<typeof personOf>>>

/** Whoever looks. */
export const viewerOf = async (db: Tx, id: string) => {
  const [row] = await db
    .select({ name: person.name, customerId: person.customerId, customerName: customer.name })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(eq(person.id, id))
  if (!row) throw new Error('somebody looks who is not there')
  return row
}

/** True where the account that is looked at can still be used by its owner. */
export const isUsable = (row: Pick<ViewingRow, 'disabledAt' | 'removedAt' | 'invitedAt'>): boolean =>
  row.disabledAt === null && row.removedAt === null && row.invitedAt === null

/** Writes down that somebody is looked at; false where somebody is already, in this browser. */
export const beginViewing = async (tx: Tx, one: typeof viewing.$inferInsert): Promise<boolean> => {
  const begun = await tx.insert(viewing).values(one).onConflictDoNothing().returning({ id: viewing.signInId })
  return begun.length > 0
}

/** Forgets it; false where somebody else has done so. */
export const forgetViewing = async (tx: Tx, signInId: string): Promise<boolean> => {
  const gone = await tx.delete(viewing).where(eq(viewing.signInId, signInId)).returning({ id: viewing.signInId })
  return gone.length > 0
}
