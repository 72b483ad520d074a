import { makersTree } from '@gatehouse/shared/audit/checkpoint'
import type { Target } from '@gatehouse/shared/decide'
import { and, eq } from 'drizzle-orm'
import type { About } from '../../kernel/audit/append.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import type { Finder } from '../../kernel/http/allow.ts'
import { isUuid } from '../../kernel/ids.ts'
import { theCustomer } from '../customers/door.ts'
import type { FaultRow } from './store.ts'
import { auditFault } from './tables.ts'

/** A log as a target: a customer's, or the maker's own. */
export type KnownLog = Target & {
  tree: string
  customerId: string | null
  name: string
  about: About
}

/** The log named in the path: by its customer, or `maker`. */
export const theLog: Finder<KnownLog> = async (house, c) => {
  const id = c.req.param('customerId') ?? ''
  if (id === makersTree)
    return { kind: 'maker', tree: theMakerItself, customerId: null, name: house.settings.maker, about: {} } as KnownLog
  const found = await theCustomer(house, c)
  return found && { ...found, tree: found.customerId }
}

/** The log named in the path, with the fault named there. */
export const theFault: Finder<KnownLog & { fault: FaultRow }> = async (house, c) => {
  const log = await theLog(house, c)
  const id = c.req.param('faultId') ?? ''
  if (!log || !isUuid(id)) return undefined
  const [fault] = await house.db
    .select()
    .from(auditFault)
    .where(and(eq(auditFault.tree, log.tree), eq(auditFault.id, id)))
  return fault && { ...log, fault }
}
