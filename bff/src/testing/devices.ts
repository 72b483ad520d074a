import { sql } from 'drizzle-orm'
import { newCode } from '../features/devices/codes.ts'
import { hashCode } from '../features/devices/door.ts'
import { device, deviceLink, enrolmentCode } from '../features/devices/tables.ts'
import { type Clock, hours } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { DeviceClient, type DeviceKey, enrolDevice, newDeviceKey } from './device-client.ts'
import type { TestHouse } from './house.ts'

/** Gives out a code for a device, past the people's face. */
export const codeFor = async (
  { house }: Pick<TestHouse, 'house'>,
  deviceId: string,
  life = hours(1),
): Promise<string> => {
  const code = newCode()
  const now = house.clock.now()
  const codeHash = hashCode(code) ?? ''
  await house.db.insert(enrolmentCode).values({ id: newId(), deviceId, codeHash, issuedAt: now, expiresAt: now + life })
  return code
}

/** Enrols a device of the demonstration by its name. */
export const enrolled = async (h: TestHouse, name: string): Promise<DeviceClient> =>
  enrolDevice(h.url, await codeFor(h, h.seeded.devices[name] ?? ''), h.clock.now)

/** Adds `n` devices of the model and the site of the demonstration device `like`, all enrolled. */
export const manyDevices = async (
  h: Pick<TestHouse, 'house' | 'seeded' | 'url'> & { clock: Clock },
  n: number,
  like = 'Balance 7',
): Promise<DeviceClient[]> => {
  const { db, keys } = h.house
  const made = Array.from({ length: n }, (_, i) => ({ id: newId(), key: newDeviceKey(), i }))
  const pattern = h.seeded.devices[like] ?? ''
  await db.execute(sql`
    insert into ${device} (id, customer_id, site_id, model_id, name, serial, tags, state, public_key, created_at)
    select n.id, d.customer_id, d.site_id, d.model_id, n.name, n.name, '{}', 'active', n.key, d.created_at
    from ${device} d, unnest(
      ${sql.param(made.map((one) => one.id))}::uuid[], ${sql.param(made.map((one) => `Test device ${one.id}`))}::text[],
      ${sql.param(made.map((one) => one.key.x))}::text[]
    ) as n(id, name, key)
    where d.id = ${pattern}`)
  await db.insert(deviceLink).values(made.map((one) => ({ deviceId: one.id })))
  return made.map(
    ({ id, key }: { id: string; key: DeviceKey }) =>
      new DeviceClient({ url: h.url, key, deviceId: id, serverId: keys.serverId, now: h.clock.now }),
  )
}

/** The events of a device in the log, oldest first. */
export const eventsOf = async (
  { house }: TestHouse,
  deviceId: string,
  event?: string,
): Promise<{ event: string; outcome: string; fields: Record<string, string | number>; actorKind: string }[]> =>
  house.db.execute(sql`
    select event, outcome, fields, actor_kind as "actorKind" from audit_line
    where device_id = ${deviceId} and (${event ?? null}::text is null or event = ${event ?? null}::text)
    order by id`)
