import type { Named } from '@gatehouse/shared/views/basics'
import { and, asc, eq, ilike, inArray, isNull, type SQL } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { grantedDevices } from '../devices/door.ts'
import { device } from '../devices/tables.ts'
import { person } from '../people/tables.ts'
import { request } from '../requests/tables.ts'

/** So many are named at once; whoever is looked for beyond them is found by his name. */
const most = 50

/**
 * The maker's people who have asked for access to a device of this customer that `actor`, who is of the customer, may
 * see: there he reads their names. Whoever opened a session has asked for it.
 */
const isKnown = (db: Tx, actor: Actor, customerId: string): SQL | undefined => {
  const asked = db
    .select({ id: request.technicianId })
    .from(request)
    .innerJoin(device, eq(device.id, request.deviceId))
    .where(and(eq(request.customerId, customerId), grantedDevices(actor, 'device.view')))
  return and(isNull(person.customerId), isNull(person.removedAt), inArray(person.id, asked))
}

/** True where `actor` reads the name of this one of the maker's people with devices of his own company. */
export const isKnownStaff = async (db: Tx, actor: Actor, customerId: string, personId: string): Promise<boolean> => {
  if (actor.customerId !== customerId) return false
  const rows = await db
    .select({ id: person.id })
    .from(person)
    .where(and(eq(person.id, personId), isKnown(db, actor, customerId)))
  return rows.length > 0
}

/** Those of the maker's people whose names `actor` reads with devices of his own company, by name. */
export const knownStaff = async (db: Tx, actor: Actor, customerId: string, search = ''): Promise<Named[]> => {
  if (actor.customerId !== customerId) return []
  const like = `%${search.replace(/[\\%_]/g, (char) => `\\${char}`)}%`
  return db
    .select({ id: person.id, name: person.name })
    .from(person)
    .where(and(isKnown(db, actor, customerId), ilike(person.name, like)))
    .orderBy(asc(person.name), asc(person.id))
    .limit(most)
}
