import { and, eq, isNull, sql } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import type { Db } from '../../kernel/database/connect.ts'
import { holdRights } from '../../kernel/database/rights-lock.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { customer } from '../customers/tables.ts'
import { forgetSignInsOf } from '../sign-in/door.ts'
import { hasAdministrators } from './administrators.ts'
import { peopleWithGrants } from './granted.ts'
import { person } from './tables.ts'

/**
 * Disables an account, also that of a customer's last administrator, for the command on the server; returns the
 * person's name, or `undefined` where no account has the address. Everybody else at the customer is told by mail.
 */
export const retireAdministrator = (db: Db, email: string, now: number): Promise<string | undefined> =>
  db.transaction(async (tx) => {
    const [them] = await tx
      .select({ id: person.id, name: person.name, customerId: person.customerId, customerName: customer.name })
      .from(person)
      .innerJoin(customer, eq(customer.id, person.customerId))
      .where(and(sql`lower(${person.email}) = ${email.toLowerCase()}`, isNull(person.removedAt)))
    if (!them) return undefined
    await holdRights(tx, them.id, 'to change them')
    await tx.update(person).set({ disabledAt: now }).where(eq(person.id, them.id))
    await forgetSignInsOf(tx, them.id)
    const last = !(await hasAdministrators(tx, them.customerId))
    for (const one of await peopleWithGrants(tx, them.customerId))
      await queueMail(
        tx,
        {
          to: one.email,
          subject: `The account of ${them.name} was disabled`,
          text: `Hello ${one.name},

the account of ${them.name} of ${them.customerName} in Gatehouse was disabled by whoever runs the server, without anybody at
${them.customerName} doing it.${last ? ' Nobody there looks after its people now, and the maker can appoint who comes next.' : ''}

If you did not expect this, ask the maker, and look at the log of ${them.customerName}.`,
        },
        now,
      )
    const about = { customerId: them.customerId, customerName: them.customerName }
    await append(tx, now, [entry({ by: bySystem, event: 'person.disabled', fields: { name: them.name }, about })])
    return them.name
  })
