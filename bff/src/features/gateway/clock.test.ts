import type { AuditRow } from '@gatehouse/shared/views/audit'
import type { Page } from '@gatehouse/shared/views/basics'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hours } from '../../kernel/clock.ts'
import { DeviceClient, newDeviceKey } from '../../testing/device-client.ts'
import { eventsOf } from '../../testing/devices.ts'
import type { TestHouse, Visitor } from '../../testing/house.ts'
import { openEnrolled } from '../../testing/openings.ts'
import { checkTree } from '../integrity/check.ts'

let h: TestHouse
let device: DeviceClient
let technician: Visitor
beforeAll(async () => {
  ;({ h, device, technician } = await openEnrolled('Balance 7'))
})
afterAll(() => h.close())

const shown = async () => (await technician.get<DeviceView>(`/api/devices/${device.deviceId}`)).body
const near = (ms: number | null) => Math.round((ms ?? 0) / 60_000) + 0

test('AL22 an event that a device tells of has our time and the one it claims, and the page shows how they differ', async () => {
  const now = h.clock.now()
  const claimed = now - hours(3)
  const alarm = { type: 'alarm', at: claimed, code: 'overload', severity: 'critical', message: 'too much' } as const
  await device.say(device.heartbeat({ at: claimed }), { ...alarm, raised: true })
  const { body } = await technician.get<Page<AuditRow>>(`/api/devices/${device.deviceId}/audit?search=overload`)
  expect(body.rows.map(({ event, claimedAt }) => [event, claimedAt])).toEqual([['alarm.raised', claimed]])
  expect(Math.abs((body.rows[0]?.at ?? 0) - now)).toBeLessThan(30_000)
  // It is part of the evidence, and the checks know it.
  const [row] = await h.house.db.execute<{ evidence: string; tree: string }>(sql`
    select convert_from(canonical, 'UTF8') as evidence, customer_id as tree from audit_event
    where device_id = ${device.deviceId} and event = 'alarm.raised'`)
  expect(JSON.parse(row?.evidence ?? '{}')).toMatchObject({ claimedAt: claimed })
  await expect
    .poll(async () => {
      const [waiting] = await h.house.db.execute<{ n: number }>(sql`select count(*)::int as n from audit_pending`)
      return waiting?.n
    })
    .toBe(0)
  expect((await checkTree(h.house, row?.tree ?? '')).faults).toEqual([])
  expect(near((await shown()).clockAhead)).toBe(-180)
  await device.say(device.heartbeat())
  expect(near((await shown()).clockAhead)).toBe(0)
})

test('AL22 a device that is refused because of its clock shows it all the same', async () => {
  const { url, key, deviceId } = device
  const of = (now: () => number, as = key) =>
    new DeviceClient({ url, key: as, deviceId, serverId: h.house.keys.serverId, now })
  const skewed = of(() => h.clock.now() + hours(2))
  const refused = await skewed.say(skewed.heartbeat())
  expect(refused.status).toBe(401)
  expect(near((await shown()).clockAhead)).toBe(120)
  const told = await eventsOf(h, deviceId, 'device.refused')
  expect(told.at(-1)?.fields.because).toMatch(/^its clock says \d{4}-.*Z, or what it showed was kept and sent late$/)
  // Over the control connection as well.
  h.clock.advance(61_000)
  const behind = of(() => h.clock.now() - hours(1))
  await expect(behind.connect()).rejects.toThrow('401')
  expect(near((await shown()).clockAhead)).toBe(-60)
  // What is no time at all is none of its clock, and answered like everything else.
  for (const iat of [-1, 1.5, 9e15, 1e300, 8_640_000_000_001, 'x', null]) {
    const exp = typeof iat === 'number' ? iat + 55 : iat
    const odd = await device.post(device.number(device.heartbeat()), device.assertion({ claims: { iat, exp } }))
    expect(odd.status).toBe(401)
  }
  expect(near((await shown()).clockAhead)).toBe(-60)
  // Whoever has not the device's key says nothing of its clock.
  h.clock.advance(61_000)
  const stranger = of(() => h.clock.now() + hours(9), newDeviceKey())
  const answer = await stranger.say(stranger.heartbeat())
  expect([answer.status, answer.body]).toEqual([401, { ...refused.body, error: expect.anything() }])
  expect(near((await shown()).clockAhead)).toBe(-60)
})
