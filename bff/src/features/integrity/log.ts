import type { Activity } from '@gatehouse/shared/activities'
import { and, eq } from 'drizzle-orm'
import type { About } from '../../kernel/audit/append.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { Finder } from '../../kernel/http/allow.ts'
import { isUuid } from '../../kernel/ids.ts'
import { theCustomer } from '../customers/door.ts'
import type { FaultRow } from './store.ts'
import { auditFault } from './tables.ts'

interface OfLog {
  tree: string
  name: string
  about: About
}

/** A log as a target: a customer's, or the maker's own. */
export type KnownLog = OfLog & ({ kind: 'customer'; customerId: string } | { kind: 'maker'; customerId: null })

/** The log of the customer in the path. */
export const theLog: Finder<KnownLog> = async (house, c) => {
  const found = await theCustomer(house, c)
  return found && { ...found, tree: found.customerId }
}

/** The maker's own log. */
export const theMakersLog: Finder<KnownLog> = async ({ settings }) => ({
  kind: 'maker',
  tree: theMakerItself,
  customerId: null,
  name: settings.maker,
  about: {},
})

/** What whoever sees, checks or explains a log must be granted: the maker's own is its administrators' and auditors'. */
export const activityOn = (kind: KnownLog['kind'], deed: 'verify' | 'explain'): Activity =>
  kind === 'maker'
    ? deed === 'verify'
      ? 'audit.view_maker'
      : 'staff.edit'
    : deed === 'verify'
      ? 'audit.verify'
      : 'audit.explain'

const withFault =
  (find: Finder<KnownLog>): Finder<KnownLog & { fault: FaultRow }> =>
  async (house, c) => {
    const log = await find(house, c)
    const id = c.req.param('faultId') ?? ''
    if (!log || !isUuid(id)) return undefined
    const [fault] = await house.db
      .select()
      .from(auditFault)
      .where(and(eq(auditFault.tree, log.tree), eq(auditFault.id, id)))
    return fault && { ...log, fault }
  }

/** The log of the customer in the path, with the fault named there. */
export const theFault = withFault(theLog)

/** The maker's own log, with the fault named in the path. */
export const theMakersFault = withFault(theMakersLog)
