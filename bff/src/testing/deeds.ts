import { twins } from './deeds/companies.ts'
import { deedsOnDevices } from './deeds/devices.ts'
import { deedsWithTheLog } from './deeds/log.ts'
import { ownDeeds } from './deeds/own.ts'
import { type Prepare, propsOf } from './deeds/props.ts'
import { deedsInSessions } from './deeds/sessions.ts'
import type { Deed, Stage } from './deeds/stage.ts'
import type { Visitor } from './house.ts'

/** For every door of the people's face at which something changes: a deed that is done there. A new door has to be added here. */
export const deeds: Readonly<Record<string, Prepare>> = {
  ...twins('customer'),
  ...twins('maker'),
  ...deedsOnDevices,
  ...deedsInSessions,
  ...deedsWithTheLog,
  ...ownDeeds,
}

/** A deed, ready to be done at this door; throws where nobody has said yet what is done there. */
export const prepared = async (
  s: Stage,
  door: string,
): Promise<Deed & { by: Visitor; ids: Record<string, string> }> => {
  const prepare = deeds[door]
  if (!prepare) throw new Error(`Teach testing/deeds what is done at ${door}`)
  const deed = await prepare(propsOf(s), s)
  const ids = { customerId: s.h.seeded.customers['Helvetia Pharma'], ...deed.ids }
  return { ...deed, ids, by: deed.by ?? (await s.as(deed.who)) }
}
