import { eq } from 'drizzle-orm'
import { z } from 'zod'
import type { About } from '../../kernel/audit/append.ts'
import type { Finder } from '../../kernel/http/allow.ts'
import { customer } from './tables.ts'

/** A customer as a target, with its name. */
export interface KnownCustomer {
  kind: 'customer'
  customerId: string
  name: string
  about: About
}

/** The customer named in the path. */
export const theCustomer: Finder<KnownCustomer> = async (house, c) => {
  const id = z.uuid().safeParse(c.req.param('customerId'))
  if (!id.success) return undefined
  const [row] = await house.db.select().from(customer).where(eq(customer.id, id.data))
  if (!row) return undefined
  return {
    kind: 'customer',
    customerId: row.id,
    name: row.name,
    about: { customerId: row.id, customerName: row.name },
  }
}
