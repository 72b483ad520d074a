import { granted } from '@gatehouse/shared/decide'
import { purposeDemanded } from '@gatehouse/shared/policies/answer'
import type { Named } from '@gatehouse/shared/views/basics'
import { type Actor, byPerson, selfOf } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import { note, noteRefusal } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House, Look, LookAt } from '../../kernel/house.ts'
import { deviceById } from '../devices/door.ts'
import { levelsFor } from '../policies/door.ts'
import { lookBook } from './book.ts'
import { becauseOf, lookLasts, lookOf, noPurpose } from './rules.ts'
import {
  customerName,
  customersWithLevels,
  explainedTo,
  type Looker,
  levelsOfCustomer,
  type Why,
  whyOf,
} from './store.ts'

const viewingWhy = (actor: Actor): Why | undefined =>
  actor.viewing && { because: becauseOf.viewing(actor.name, actor.viewing.reason, actor.viewing.caseNumber) }

/**
 * Answers the kernel's question whether a read is a look of the maker's people at what is a customer's, and writes it
 * down. Throws `purpose_needed` where the customer wants to know why, and nothing tells.
 */
export const newLooks = () => {
  const book = lookBook(lookLasts)
  const asking = new Map<string, Promise<Why | undefined>>()
  /** A page asks at many doors at once: one answer for all of them. */
  const askWhy = (house: House, who: Looker, now: number): Promise<Why | undefined> => {
    const key = [who.signInId, who.customerId, who.deviceId].join(' ')
    const answer =
      asking.get(key) ??
      house
        .dbOf([who.customerId])
        .transaction((tx) => whyOf(tx, who, now))
        .finally(() => asking.delete(key))
    asking.set(key, answer)
    return answer
  }
  return async (house: House, actor: Actor, at: LookAt): Promise<Look | undefined> => {
    const viewer = selfOf(actor)
    const { about } = at
    const customerId = about?.customerId
    if (viewer.customerId !== null || !about || !customerId || at.target === 'maker') return undefined
    const deviceId = about.deviceId ?? null
    const event = at.event ?? lookOf(at.activity, at.target)
    // Somebody who signs in anew has his reasons anew.
    const key = [viewer.signInId, actor.id, customerId, deviceId, event, at.item].join(' ')
    const now = house.clock.now()
    const demanded = async () =>
      purposeDemanded(deviceId === null ? await levelsOfCustomer(house.dbOf([customerId]), customerId) : at.policy, now)
    const known = at.each ? undefined : book.find(key, now)
    const look = (why: Why | undefined): Look => {
      const { because = noPurpose, ...of } = why ?? {}
      const fields = { what: about.deviceName ?? about.customerName ?? '', purpose: because }
      const write = () => note(house, [entry({ by: byPerson(actor), event, fields, about: { ...about, ...of } })])
      return { note: () => (at.each ? write() : book.once(key, now, why !== undefined, write)) }
    }
    if (known?.explained) return look({ because: '' })
    if (known && !(await demanded())) return look(undefined)
    const who = { personId: viewer.id, signInId: viewer.signInId, customerId, deviceId }
    const why = viewingWhy(actor) ?? (await askWhy(house, who, now))
    if (why || !(await demanded())) return look(why)
    const refused = new Refused('purpose_needed', {
      state: deviceId === null ? `customer ${customerId}` : `device ${deviceId}`,
    })
    // A page asks at many doors at once.
    const what = { activity: at.activity, about }
    await book.once(`${key.replace(event, '')} refused`, now, true, () =>
      noteRefusal(house, byPerson(actor), what, refused),
    )
    throw refused
  }
}

/**
 * The look that it is when somebody of the maker reads, behind a door that asks for no activity, what is of one device;
 * `undefined` where he may not anyway. Throws as a door does where the customer wants to know first why.
 */
export const lookAtDevice = async (
  house: House,
  actor: Actor,
  activity: 'audit.view' | 'device.view',
  deviceId: string | undefined,
): Promise<Look | undefined> => {
  if (deviceId === undefined || selfOf(actor).customerId !== null) return undefined
  const device = await deviceById(house.db, deviceId)
  if (!device || !granted(actor, activity, device)) return undefined
  const policy = await levelsFor(house.db, device)
  return house.access.look(actor, { activity, target: 'device', about: device.about, policy })
}

/** As `lookAtDevice`, where it is the log of a device or of a customer. */
export const lookAtLog = async (
  house: House,
  actor: Actor,
  of: { deviceId?: string | null | undefined; customerId?: string | null | undefined },
): Promise<Look | undefined> => {
  if (selfOf(actor).customerId !== null) return undefined
  const look = await lookAtDevice(house, actor, 'audit.view', of.deviceId ?? undefined)
  if (look || !of.customerId) return look
  const name = await customerName(house.db, of.customerId)
  if (name === undefined) return undefined
  const about = { customerId: of.customerId, customerName: name }
  return house.access.look(actor, { activity: 'audit.view', target: 'customer', about, policy: [] })
}

/**
 * The customers that want to know what they are looked at for, and were not told by this person: lists of the log leave
 * them out.
 */
export const withheldFrom = async (house: House, actor: Actor): Promise<Named[]> => {
  const viewer = selfOf(actor)
  if (viewer.customerId !== null || actor.viewing) return []
  const now = house.clock.now()
  const demanding = (await customersWithLevels(house.db)).filter(({ levels }) => purposeDemanded(levels, now))
  if (demanding.length === 0) return []
  const told = await explainedTo(house.db, { personId: viewer.id, signInId: viewer.signInId }, now)
  return demanding.filter(({ id }) => !told.has(id)).map(({ id, name }) => ({ id, name }))
}
