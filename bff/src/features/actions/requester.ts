import type { Who } from '@gatehouse/shared/decide'
import { and, eq, isNull } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { grantsOf } from '../groups/door.ts'
import { person } from '../people/tables.ts'

/**
 * Who a requester is now, with the rights of this moment; `null` where the account is disabled or removed. What
 * stops him at the door – network, password, second factor, proof – is left aside: he asked while he was inside.
 */
export const whoIs = async (db: Tx, personId: string): Promise<Who | null> => {
  const [row] = await db
    .select({ id: person.id, customerId: person.customerId })
    .from(person)
    .where(and(eq(person.id, personId), isNull(person.disabledAt), isNull(person.removedAt)))
  return row
    ? {
        ...row,
        networkRefused: false,
        passwordDue: false,
        secondFactor: 'shown',
        provenAt: Number.POSITIVE_INFINITY,
        grants: await grantsOf(db, row.id),
      }
    : null
}
