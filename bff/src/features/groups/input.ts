import { activityNames } from '@gatehouse/shared/activities'
import type { Grant } from '@gatehouse/shared/decide'
import { Line } from '@gatehouse/shared/text'
import { inArray } from 'drizzle-orm'
import { z } from 'zod'
import type { Tx } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import { customer, site } from '../customers/tables.ts'
import { device, model } from '../devices/tables.ts'
import { beyondCustomer } from './rules.ts'

const Ids = z.array(z.uuid()).min(1, 'Choose at least one').max(1_000)

const ScopeInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.enum(['customers', 'sites', 'models', 'devices']), ids: Ids }),
  z.strictObject({ kind: z.literal('tags'), tags: z.array(Line(60)).min(1, 'Choose at least one').max(100) }),
])

/** What a group grants, as it is sent: every grant says at least one activity and reaches something. */
export const GrantsInput = z
  .array(
    z.strictObject({
      activities: z.array(z.enum(activityNames)).min(1, 'Choose at least one activity').max(activityNames.length),
      scope: ScopeInput,
    }),
  )
  .max(50)

const count = (ids: readonly string[]): number => new Set(ids.map((id) => id.toLowerCase())).size

/** How many of `ids` a scope of this kind may name: of a customer's groups only what is the customer's own. */
const known = async (
  tx: Tx,
  kind: 'customers' | 'sites' | 'models' | 'devices',
  ids: readonly string[],
  customerId: string | null,
): Promise<number> => {
  const wanted = [...ids]
  const own = (of: string): boolean => customerId === null || of === customerId
  switch (kind) {
    case 'customers':
      return (await tx.select().from(customer).where(inArray(customer.id, wanted))).filter(({ id }) => own(id)).length
    case 'sites':
      return (await tx.select().from(site).where(inArray(site.id, wanted))).filter((one) => own(one.customerId)).length
    case 'devices':
      return (await tx.select({ customerId: device.customerId }).from(device).where(inArray(device.id, wanted))).filter(
        (one) => own(one.customerId),
      ).length
    case 'models':
      // Models are the maker's, and no secret: which of its devices are of one, the customer sees anyhow.
      return (await tx.select({ id: model.id }).from(model).where(inArray(model.id, wanted))).length
  }
}

/** Refuses grants that name what is not there, or what is no business of the customer whose group it is. */
export const checkGrants = async (tx: Tx, grants: readonly Grant[], customerId: string | null): Promise<void> => {
  const unfit = (says: string) => new Refused('invalid_input', { fields: { grants: says } })
  if (customerId !== null && beyondCustomer(grants).length > 0)
    throw unfit("A customer's group cannot grant what is about the maker.")
  for (const { scope } of grants)
    if (scope.kind !== 'all' && scope.kind !== 'tags')
      if ((await known(tx, scope.kind, scope.ids, customerId)) !== count(scope.ids))
        throw unfit('Some of what was chosen is not there any more. Choose again.')
}
