import { randomUUID } from 'node:crypto'
import type { AlarmOccurrenceView, AlarmView } from '@gatehouse/shared/views/alarms'
import type { Page } from '@gatehouse/shared/views/basics'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minutes } from '../../kernel/clock.ts'
import type { DeviceClient, NewMessage } from '../../testing/device-client.ts'
import { enrolled, eventsOf, manyDevices } from '../../testing/devices.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'
import { limitSteps, whereIs } from './rules.ts'

let h: TestHouse
let technician: Visitor
beforeAll(async () => {
  h = await openTestHouse()
  technician = await h.as('technician')
})
afterAll(() => h.close())

const one = async (): Promise<DeviceClient> => {
  const [device] = await manyDevices(h, 1)
  if (!device) throw new Error('no device')
  return device
}
const alarm = (raised: boolean, of: Partial<Extract<NewMessage, { type: 'alarm' }>> = {}): NewMessage => ({
  type: 'alarm',
  at: h.clock.now(),
  code: 'overload',
  raised,
  severity: 'critical',
  message: 'Too much on the pan',
  ...of,
})
const alarmsOf = async (device: DeviceClient, state = 'all', who = technician): Promise<AlarmView[]> =>
  (await who.get<Page<AlarmView>>(`/api/devices/${device.deviceId}/alarms?state=${state}`)).body.rows

describe('limits', () => {
  const item = {
    key: 'temperature',
    says: 'Temperature',
    type: 'number' as const,
    unit: '°C',
    everySeconds: 10,
    deadband: 0.5,
    digits: 1,
    limit: { min: 10, max: 35, severity: 'warning' as const },
  }
  const of = { deviceId: 'd', customerId: 'c', item }
  const steps = (values: number[], open = false) =>
    limitSteps(
      of,
      values.map((value) => ({ value, at: 0, seq: 1 })),
      open,
      0,
    ).map((step) => (step.raised ? 'raised' : 'cleared'))

  test('raise when crossed, and clear only beyond the deadband, so that trembling makes one alarm', () => {
    expect(steps([20, 35.1, 34.9, 35.2, 34.8])).toEqual(['raised'])
    expect(steps([34.9, 34.4, 34.8], true)).toEqual(['cleared'])
    expect(steps([9, 10.2, 10.6, 36])).toEqual(['raised', 'cleared', 'raised'])
    expect(steps([20, 21])).toEqual([])
    expect(steps([36, 37], true)).toEqual([])
  })

  test('a deadband wider than the limits does not keep an alarm open for ever', () => {
    expect(whereIs({ ...item, deadband: 1_000 }, 22)).toBe('inside')
  })

  test('a crossing that came and went while the device was away is not missed', async () => {
    const device = await one()
    const past = h.clock.now() - minutes(60)
    await device.say({
      type: 'values',
      values: [20, 50, 20].map((value, i) => ({ key: 'temperature', at: past + i * 1_000, value })),
    })
    const [only, ...others] = await alarmsOf(device)
    expect(others).toEqual([])
    expect(only).toMatchObject({ code: 'limit.temperature', severity: 'warning', source: 'limit', occurrences: 1 })
    expect(only?.clearedAt).not.toBeNull()
    expect(only?.message).toContain('Temperature was 50 °C, above 35 °C; measured 20')
    const events = (await eventsOf(h, device.deviceId)).map((event) => event.event)
    expect(events.filter((event) => event.startsWith('alarm.'))).toEqual(['alarm.raised', 'alarm.cleared'])
  })

  test('stay open over check-ins and clear when the value is back', async () => {
    const device = await one()
    await device.say(device.values({ temperature: 40 }))
    await device.say(device.values({ temperature: 41 }))
    expect(await alarmsOf(device, 'open')).toMatchObject([{ code: 'limit.temperature', occurrences: 1 }])
    await device.say(device.values({ temperature: 25 }))
    expect(await alarmsOf(device, 'open')).toEqual([])
    await device.say(device.values({ temperature: 5 }))
    expect(await alarmsOf(device)).toMatchObject([
      { message: 'Temperature was 5 °C, below 10 °C', clearedAt: null },
      { message: 'Temperature was 40 °C, above 35 °C' },
    ])
    expect((await eventsOf(h, device.deviceId, 'alarm.raised')).map((event) => event.actorKind)).toEqual([
      'system',
      'system',
    ])
  })
})

describe('alarms of a device', () => {
  test('two equal ones at the same instant are one with two occurrences', async () => {
    const device = await one()
    await device.say(alarm(true), alarm(true, { message: 'Still too much' }))
    const [only, ...others] = await alarmsOf(device)
    expect(others).toEqual([])
    expect(only).toMatchObject({ code: 'overload', occurrences: 2, message: 'Still too much', clearedAt: null })
    const { body } = await technician.get<Page<AlarmOccurrenceView>>(`/api/alarms/${only?.id}/occurrences`)
    expect(body.rows.map((row) => row.message)).toEqual(['Still too much', 'Too much on the pan'])
    expect(await eventsOf(h, device.deviceId, 'alarm.raised')).toMatchObject([{ actorKind: 'device' }])
  })

  test('over both transports at the same instant there is one open per device and code', async () => {
    const device = await one()
    const line = await device.connect()
    const [first, second, third] = [device.number(alarm(true)), device.number(alarm(true)), device.number(alarm(true))]
    line.send(first)
    line.send(second)
    await Promise.all([device.post(third), line.until((message) => (message.ack ?? 0) >= 2)])
    expect(await alarmsOf(device, 'open')).toHaveLength(1)
    await line.close()
  })

  test('raised, cleared and raised again in one check-in is two alarms, the second open', async () => {
    const device = await one()
    await device.say(alarm(true), alarm(false), alarm(true), alarm(false, { code: 'calibration.due' }))
    expect(await alarmsOf(device)).toMatchObject([{ clearedAt: null }, { clearedAt: expect.any(Number) }])
    expect(await alarmsOf(device, 'open')).toHaveLength(1)
  })

  test('IO01 what an alarm says is answered as it came, and stays one line in the log', async () => {
    const device = await one()
    const message = '<script>alert(1)</script>\r\n\u2028{{x}}'
    await device.say(alarm(true, { message }))
    expect((await alarmsOf(device))[0]?.message).toBe(message)
    const [event] = await eventsOf(h, device.deviceId, 'alarm.raised')
    expect(event?.fields.message).toBe('<script>alert(1)</script>\\u000d\\u000a\\u2028{{x}}')
  })
})

describe('people and alarms', () => {
  test('an alarm is acknowledged once, with a note; the second learns the state', async () => {
    const device = await one()
    await device.say(alarm(true))
    const [open] = await alarmsOf(device)
    expect(open?.may.acknowledge).toEqual({ ok: true })
    const approver = await h.as('approver')
    const path = `/api/alarms/${open?.id}/acknowledge`
    const answers = await Promise.all([
      technician.post<AlarmView>(path, { note: 'Pan cleaned' }),
      approver.post<AlarmView>(path, { note: 'Pan cleaned' }),
    ])
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409])
    expect(answers.find((answer) => answer.status === 409)?.body).toMatchObject({
      error: { code: 'wrong_state', state: 'acknowledged' },
    })
    const [now] = await alarmsOf(device)
    expect(now).toMatchObject({ acknowledged: { note: 'Pan cleaned' }, clearedAt: null })
    expect(now?.may.acknowledge).toMatchObject({ ok: false, because: 'wrong_state' })
    expect(await eventsOf(h, device.deviceId, 'alarm.acknowledged')).toMatchObject([
      { fields: { code: 'overload', note: 'Pan cleaned' }, actorKind: 'person' },
    ])
    // The alarm is still open: what comes now is counted with it.
    await device.say(alarm(true))
    expect(await alarmsOf(device, 'open')).toMatchObject([{ occurrences: 2, acknowledged: { note: 'Pan cleaned' } }])
  })

  test('AZ03 nobody sees or acknowledges alarms of devices he may not see, and learns nothing of them', async () => {
    const device = await one()
    await device.say(alarm(true))
    const [mine] = await alarmsOf(device)
    const outsider = await h.as('outsider')
    const blank = (answer: { status: number; body: unknown }) => ({
      status: answer.status,
      error: { ...(answer.body as { error: object }).error, correlationId: '' },
    })
    for (const ask of [
      (id: string) => outsider.get(`/api/alarms/${id}/occurrences`),
      (id: string) => outsider.post(`/api/alarms/${id}/acknowledge`, { note: 'x' }),
    ]) {
      const [foreign, unknown, none] = await Promise.all([ask(mine?.id ?? ''), ask(randomUUID()), ask('x')])
      expect(blank(foreign)).toEqual(blank(unknown))
      expect(blank(foreign)).toEqual(blank(none))
      expect(foreign.status).toBe(404)
    }
    const seen = (await outsider.get<Page<AlarmView>>('/api/alarms?state=all&limit=200')).body.rows
    expect(seen.map((row) => row.id)).not.toContain(mine?.id)
    const narrowed = await outsider.get<Page<AlarmView>>(`/api/alarms?device=${device.deviceId}`)
    expect(narrowed.body.rows).toEqual([])
    const reader = await h.as('reader')
    expect((await alarmsOf(device, 'all', reader))[0]?.may.acknowledge).toMatchObject({ because: 'not_granted' })
    expect((await reader.post(`/api/alarms/${mine?.id}/acknowledge`, { note: 'x' })).status).toBe(403)
  })

  test('the list is narrowed, searched and paged at the server', async () => {
    const device = await enrolled(h, 'Balance 11')
    await device.say(
      alarm(true, { code: 'overload', message: '100% load_now' }),
      alarm(true, { code: 'calibration.due', severity: 'info', message: 'Due' }),
      alarm(true, { code: 'drift.high', severity: 'warning', message: 'Drifting' }),
      alarm(false, { code: 'calibration.due' }),
    )
    const list = async (query: string) =>
      (await technician.get<Page<AlarmView>>(`/api/alarms?device=${device.deviceId}&${query}`)).body
    expect((await list('')).rows.map((row) => row.code)).toEqual(['drift.high', 'overload'])
    expect((await list('state=all&severity=info')).rows.map((row) => row.code)).toEqual(['calibration.due'])
    expect((await list('search=100%25+load_')).rows.map((row) => row.code)).toEqual(['overload'])
    expect((await list('search=100%25%25')).rows).toEqual([])
    expect((await list('search=BALANCE+11')).rows).toHaveLength(2)
    const first = await list('state=all&limit=2')
    const second = await list(`state=all&limit=2&cursor=${first.next}`)
    expect([...first.rows, ...second.rows].map((row) => row.code)).toEqual([
      'drift.high',
      'calibration.due',
      'overload',
    ])
    expect(second.next).toBeNull()
    expect((await technician.get('/api/alarms?severity=loud')).status).toBe(422)
    expect((await technician.get("/api/alarms?device='")).status).toBe(422)
    expect((await technician.get('/api/alarms?cursor=made+up')).status).toBe(422)
    expect((await h.nobody.get('/api/alarms')).status).toBe(401)
  })
})
