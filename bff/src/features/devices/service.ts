import type { Named } from '@gatehouse/shared/views/basics'
import type { EnrolmentCodeView } from '@gatehouse/shared/views/devices'
import { eq } from 'drizzle-orm'
import { type Actor, type By, byPerson } from '../../kernel/actor.ts'
import { changeText } from '../../kernel/audit/change-text.ts'
import type { Signal } from '../../kernel/bus.ts'
import { change } from '../../kernel/change.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { orTaken, Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { hashOf, newId } from '../../kernel/ids.ts'
import { type KnownCustomer, siteOf } from '../customers/door.ts'
import { levelsFor } from '../policies/door.ts'
import { revokeApprovalsOfDevice } from '../requests/door.ts'
import { endSessionsOfDevice } from '../sessions/door.ts'
import { newCode } from './codes.ts'
import { type KnownDevice, raiseOrders } from './door.ts'
import { modelSeenBy } from './model-store.ts'
import { codeLife, freer, gains, whyNoCode, whyNotRemove, whyNotRevoke } from './rules.ts'
import { holdSites, killCodes, lockDevice, openSessionId } from './store.ts'
import { device, deviceLink, enrolmentCode } from './tables.ts'

export interface NewDevice {
  name: string
  serial: string
  siteId: string
  modelId: string
  tags: string[]
}

const serialTaken = orTaken({
  device_serial: { field: 'serial', says: 'The customer has a device of this model with this serial number.' },
})
const noSite = () => new Refused('invalid_input', { fields: { siteId: 'There is no such site.' } })
const noModel = () => new Refused('invalid_input', { fields: { modelId: 'There is no such model.' } })

const hint = (target: KnownDevice): Signal => {
  const { kind, customerId, siteId, modelId, deviceId, tags } = target
  return {
    kind: 'hint',
    hint: { about: 'device', deviceId, customerId },
    device: { kind, customerId, siteId, modelId, deviceId, tags },
  }
}

/** The locked row of a device that was found before; it may have been removed since. */
const locked = async (tx: Tx, deviceId: string) => {
  const row = await lockDevice(tx, deviceId)
  if (!row) throw new Refused('not_found')
  return row
}

/** Adds a device that waits for its enrolment. */
export const addDevice = async (house: House, actor: Actor, of: KnownCustomer, given: NewDevice): Promise<Named> => {
  const id = newId()
  const now = house.clock.now()
  const { customerId } = of
  return change(house, byPerson(actor), 'device.added', async (tx) => {
    if (!(await siteOf(tx, customerId, given.siteId))) throw noSite()
    if (!(await modelSeenBy(tx, actor, given.modelId))) throw noModel()
    await tx.insert(device).values({ id, customerId, state: 'awaiting_enrolment', createdAt: now, ...given })
    await tx.insert(deviceLink).values({ deviceId: id })
    const { siteId, modelId, tags, name } = given
    return {
      result: { id, name },
      fields: { device: name },
      about: { ...of.about, deviceId: id, deviceName: name, siteId },
      signals: [
        {
          kind: 'hint',
          hint: { about: 'device', deviceId: id, customerId },
          device: { kind: 'device', customerId, siteId, modelId, deviceId: id, tags },
        },
      ],
    }
  }).catch(serialTaken)
}

/**
 * Renames, moves or tags a device. Nobody gains rights by it, and nobody moves a device to where its customer's policy
 * allows more, but those who may change that policy.
 */
export const changeDevice = async (
  house: House,
  actor: Actor,
  known: KnownDevice,
  given: Partial<Pick<NewDevice, 'name' | 'siteId' | 'tags'>>,
  mayEditPolicy: boolean,
): Promise<Named> =>
  change(house, byPerson(actor), 'device.changed', async (tx) => {
    const row = await locked(tx, known.deviceId)
    const now = { ...known, siteId: row.siteId, tags: row.tags }
    const next = { ...now, siteId: given.siteId ?? now.siteId, tags: given.tags ?? now.tags }
    const moved = now.siteId !== next.siteId
    // What the sites count stays as it is until the end: the orders of whoever moves between them must rise.
    if (moved) await holdSites(tx, [now.siteId, next.siteId])
    const [from, to] = await Promise.all([
      siteOf(tx, row.customerId, now.siteId),
      siteOf(tx, row.customerId, next.siteId),
    ])
    if (!to) throw noSite()
    if (gains(actor, now, next).length > 0) throw new Refused('not_granted', { privately: 'would gain rights by it' })
    if (moved && !mayEditPolicy && freer(await levelsFor(tx, now), await levelsFor(tx, next)).length > 0)
      throw new Refused('not_granted', { privately: 'the policy of the other site allows more' })
    const name = given.name ?? row.name
    await tx
      .update(device)
      .set({ name, siteId: next.siteId, tags: [...next.tags] })
      .where(eq(device.id, row.id))
    const session = await openSessionId(tx, row.id)
    const signals: Signal[] = [hint(now), hint(next)]
    const rise = 1 + Math.max(0, (from?.orders ?? 0) - to.orders)
    if (moved) signals.push(...(await raiseOrders(tx, { deviceId: row.id, by: rise })))
    if (session) signals.push({ kind: 'session', sessionId: session })
    return {
      result: { id: row.id, name },
      fields: {
        device: row.name,
        change: changeText([
          ['name', row.name, name],
          ['site', from?.name ?? '', to.name],
          ['tags', now.tags.join(', '), next.tags.join(', ')],
        ]),
      },
      about: { ...known.about, deviceName: name, siteId: next.siteId },
      signals,
    }
  })

/** Gives out a one-time enrolment code and makes an earlier one worthless. Only its hash is kept. */
export const issueCode = (house: House, by: By, known: KnownDevice): Promise<EnrolmentCodeView> =>
  change(house, by, 'device.code_issued', async (tx) => {
    const row = await locked(tx, known.deviceId)
    const why = whyNoCode(row.state)
    if (why) throw new Refused(why, { state: row.state })
    const now = house.clock.now()
    const code = newCode()
    const expiresAt = now + codeLife
    await killCodes(tx, row.id, now)
    await tx
      .insert(enrolmentCode)
      .values({ id: newId(), deviceId: row.id, codeHash: hashOf(code), issuedAt: now, expiresAt })
    return {
      result: { code, expiresAt },
      fields: { device: row.name, until: new Date(expiresAt).toISOString() },
      about: known.about,
    }
  })

/** Revokes the identity of a device: its connection is cut, its session ends, and its key opens nothing any more. */
export const revokeDevice = async (house: House, actor: Actor, known: KnownDevice, reason: string): Promise<void> => {
  await change(house, byPerson(actor), 'device.revoked', async (tx) => {
    const row = await locked(tx, known.deviceId)
    const why = whyNotRevoke(row.state)
    if (why) throw new Refused(why, { state: row.state })
    await tx.update(device).set({ state: 'revoked' }).where(eq(device.id, row.id))
    await killCodes(tx, row.id, house.clock.now())
    return {
      result: undefined,
      fields: { device: row.name, reason },
      about: known.about,
      signals: [{ kind: 'cut_device', deviceId: row.id }, hint(known)],
    }
  })
  await endSessionsOfDevice(house, known.deviceId, 'device_revoked')
  await revokeApprovalsOfDevice(house, known.deviceId, byPerson(actor), reason)
}

/** Removes a device that has no identity: nothing lists it any more but its history. */
export const removeDevice = (house: House, actor: Actor, known: KnownDevice): Promise<void> =>
  change(house, byPerson(actor), 'device.removed', async (tx) => {
    const row = await locked(tx, known.deviceId)
    const why = whyNotRemove(row.state)
    if (why) throw new Refused(why, { state: row.state })
    const now = house.clock.now()
    await tx.update(device).set({ removedAt: now }).where(eq(device.id, row.id))
    await killCodes(tx, row.id, now)
    return {
      result: undefined,
      fields: { device: row.name },
      about: known.about,
      signals: [hint(known)],
    }
  })
