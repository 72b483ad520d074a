import type { Activity } from '@gatehouse/shared/activities'
import type { SettingsView } from '@gatehouse/shared/views/profile'
import { and, asc, count, isNull, not, or } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { grantedDevices } from '../devices/door.ts'
import { device } from '../devices/tables.ts'
import { activitiesOf, peopleWithGrants } from '../people/door.ts'
import { readersOf } from './store.ts'

const answers: Activity = 'session.approve'
/** Named at most; the others are counted. */
const mostNamed = 5

/**
 * The devices for whose requests nobody but `actor` would be mailed, whatever he chooses: others may not answer there,
 * or have switched these mails off. `null` for whoever answers nothing.
 */
export const aloneFor = async (db: Tx, actor: Actor): Promise<SettingsView['alone']> => {
  // The maker's people never answer.
  if (actor.customerId === null || !activitiesOf(actor.grants).includes(answers)) return null
  const peers = (await peopleWithGrants(db, actor.customerId)).filter(
    ({ id, grants }) => id !== actor.id && activitiesOf(grants).includes(answers),
  )
  const readers = await readersOf(
    db,
    peers.map(({ id }) => id),
  )
  const mailed = new Set(readers.filter(({ news }) => news.asked.mail).map(({ id }) => id))
  const others = or(...peers.filter(({ id }) => mailed.has(id)).map((one) => grantedDevices(one, answers)))
  const mine = and(grantedDevices(actor, answers), isNull(device.removedAt), others && not(others))
  const [[counted], named] = await Promise.all([
    db.select({ count: count() }).from(device).where(mine),
    db
      .select({ id: device.id, name: device.name })
      .from(device)
      .where(mine)
      .orderBy(asc(device.name), asc(device.id))
      .limit(mostNamed),
  ])
  return { count: counted?.count ?? 0, named }
}
