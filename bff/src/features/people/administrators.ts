import type { Named } from '@gatehouse/shared/views/basics'
import { eq } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import { customer } from '../customers/tables.ts'
import { peopleGranted } from './granted.ts'

/** The people of a customer who may look after its people; the maker is asked for none of its own. */
export const administratorsOf = async (db: Tx, customerId: string | null): Promise<Named[]> =>
  customerId === null ? [] : peopleGranted(db, customerId, 'person.edit', { kind: 'customer', customerId })

/** True where a customer has somebody of its own who may edit its people: then nobody else hands out its groups. */
export const hasAdministrators = async (db: Tx, customerId: string | null): Promise<boolean> =>
  (await administratorsOf(db, customerId)).length > 0

/**
 * Does what may take the last administrator from a customer, and refuses it where it did: the maker could then appoint
 * whoever approves what the maker asks for. Such deeds of one customer happen one after the other.
 */
export const keepingAdministrators = async <T>(
  tx: Tx,
  customerId: string | null,
  deed: () => Promise<T>,
): Promise<T> => {
  if (customerId === null) return deed()
  await tx.select({ id: customer.id }).from(customer).where(eq(customer.id, customerId)).for('no key update')
  const had = await hasAdministrators(tx, customerId)
  const done = await deed()
  if (had && !(await hasAdministrators(tx, customerId))) throw new Refused('last_administrator')
  return done
}
