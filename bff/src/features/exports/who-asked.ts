import { eq } from 'drizzle-orm'
import type { By } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'

/** Whoever asked for an export, in the words of the log; whatever has become of his account. */
export const whoAsked = async (house: House, personId: string): Promise<By> => {
  const [row] = await house.db
    .select({ name: person.name, company: customer.name })
    .from(person)
    .leftJoin(customer, eq(customer.id, person.customerId))
    .where(eq(person.id, personId))
  const company = row?.company ?? house.settings.maker
  return { kind: 'person', id: personId, name: row?.name ?? 'Somebody', company, from: null }
}
