import { and, eq, isNull, sql } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import type { Db } from '../../kernel/database/connect.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'
import { forgetSignInsOf } from '../sign-in/door.ts'
import { forgetFactors } from './store.ts'

/**
 * Takes the second factors of an account away and signs it out, for the command on the server; returns the person's
 * name, or `undefined` where no account has the address. What runs under a sign-in ends with its next review.
 */
export const dropFactorsOf = (db: Db, email: string, now: number): Promise<string | undefined> =>
  db.transaction(async (tx) => {
    const [them] = await tx
      .select({ id: person.id, name: person.name, customerId: person.customerId, customerName: customer.name })
      .from(person)
      .leftJoin(customer, eq(customer.id, person.customerId))
      .where(and(sql`lower(${person.email}) = ${email.toLowerCase()}`, isNull(person.removedAt)))
    if (!them) return undefined
    await forgetFactors(tx, them.id)
    await forgetSignInsOf(tx, them.id)
    const about = { customerId: them.customerId, customerName: them.customerName }
    await append(tx, now, [
      entry({ by: bySystem, event: 'person.factors_removed', fields: { name: them.name }, about }),
    ])
    return them.name
  })
