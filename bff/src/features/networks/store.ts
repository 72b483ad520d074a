import { and, asc, eq, isNotNull, isNull, or, sql } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { newId } from '../../kernel/ids.ts'
import { person } from '../people/tables.ts'
import { signIn } from '../sign-in/tables.ts'
import { inOrder, type Network, networkOf } from './rules.ts'
import { networkEntry, networkList } from './tables.ts'

/** A network of a list, with who put it there. */
export interface KeptNetwork extends Network {
  addedByName: string
  addedAt: number
}

interface NetworkList {
  /** 0 before the first change. */
  version: number
  networks: KeptNetwork[]
}

const ofCustomer = (customerId: string | null) =>
  customerId === null ? isNull(networkList.customerId) : eq(networkList.customerId, customerId)

/** The networks from which a person may come, as CIDR; none where he may from everywhere. */
export const networksFor = async (db: Tx, personId: string): Promise<string[]> => {
  // Said so that PostgreSQL asks for the person once and finds the list by its index.
  const his = sql`(${db.select({ id: person.customerId }).from(person).where(eq(person.id, personId))})`
  const rows = await db
    .select({ cidr: networkEntry.cidr })
    .from(networkEntry)
    .innerJoin(networkList, eq(networkList.id, networkEntry.listId))
    .where(or(sql`${networkList.customerId} = ${his}`, and(isNull(networkList.customerId), sql`${his} is null`)))
  return rows.map(({ cidr }) => cidr)
}

const networksIn = async (db: Tx, listId: string): Promise<KeptNetwork[]> => {
  const rows = await db.select().from(networkEntry).where(eq(networkEntry.listId, listId))
  return inOrder(
    rows.map(({ cidr, note, addedByName, addedAt }) => {
      // PostgreSQL writes a few addresses in another way than we do.
      const kept = networkOf(cidr)
      return { cidr: 'cidr' in kept ? kept.cidr : cidr, note, addedByName, addedAt }
    }),
  )
}

/** The list of a customer, of the maker's people for `null`. */
export const listOf = async (db: Tx, customerId: string | null): Promise<NetworkList> => {
  const [list] = await db.select().from(networkList).where(ofCustomer(customerId))
  return list ? { version: list.version, networks: await networksIn(db, list.id) } : { version: 0, networks: [] }
}

/** The same, held until the end of the transaction; it is begun where there is none. */
export const holdList = async (tx: Tx, customerId: string | null): Promise<NetworkList & { id: string }> => {
  await tx.insert(networkList).values({ id: newId(), customerId, version: 0 }).onConflictDoNothing()
  const [list] = await tx.select().from(networkList).where(ofCustomer(customerId)).for('update')
  if (!list) throw new Error('a list of networks was not stored')
  return { id: list.id, version: list.version, networks: await networksIn(tx, list.id) }
}

/** Puts these networks in the place of those of a held list. */
export const writeList = async (tx: Tx, listId: string, networks: readonly KeptNetwork[]): Promise<void> => {
  await tx.delete(networkEntry).where(eq(networkEntry.listId, listId))
  if (networks.length > 0) await tx.insert(networkEntry).values(networks.map((one) => ({ listId, ...one })))
  await tx
    .update(networkList)
    .set({ version: sql`${networkList.version} + 1` })
    .where(eq(networkList.id, listId))
}

const belongTo = (customerId: string | null) =>
  and(
    customerId === null ? isNull(person.customerId) : eq(person.customerId, customerId),
    isNull(person.disabledAt),
    isNull(person.removedAt),
  )

/** Where the people of a customer (the maker's for `null`) are signed in, and from where they were last let in there. */
export const signedInOf = (db: Tx, customerId: string | null) =>
  // What is over by the clock is forgotten within a second.
  db
    .select({
      signInId: signIn.handle,
      personId: person.id,
      name: person.name,
      from: sql<string>`coalesce(${signIn.lastFromAddress}, ${signIn.fromAddress})`,
    })
    .from(signIn)
    .innerJoin(person, eq(person.id, signIn.userId))
    .where(belongTo(customerId))
    .orderBy(asc(person.name), asc(person.id), asc(signIn.startedAt))

/** From where the people of a customer (the maker's for `null`) last signed in, those who ever did. */
export const lastPlacesOf = async (
  db: Tx,
  customerId: string | null,
): Promise<{ id: string; name: string; from: string; at: number }[]> => {
  const rows = await db
    .select({ id: person.id, name: person.name, from: person.lastSignInFrom, at: person.lastSignInAt })
    .from(person)
    .where(and(belongTo(customerId), isNotNull(person.lastSignInAt), isNotNull(person.lastSignInFrom)))
    .orderBy(asc(person.name), asc(person.id))
  return rows.map((row) => ({ ...row, from: row.from ?? '', at: row.at ?? 0 }))
}

/** Notes from where a sign-in is used now, for what asks without a request: who would be put out, which sessions go on. */
export const noteFrom = (db: Tx, signInId: string, from: string): Promise<unknown> =>
  db.update(signIn).set({ lastFromAddress: from }).where(eq(signIn.handle, signInId))
