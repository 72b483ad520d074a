import { randomUUID } from 'node:crypto'
import { connect as dial } from 'node:net'
import { agentPaths, type Command, Orders } from '@gatehouse/shared/agent/messages'
import { sql } from 'drizzle-orm'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { minutes, seconds } from '../../kernel/clock.ts'
import type { DeviceClient } from '../../testing/device-client.ts'
import { enrolled, eventsOf, manyDevices } from '../../testing/devices.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { deviceById, raiseOrders } from '../devices/door.ts'
import { revokeDevice } from '../devices/service.ts'
import { hubOf } from './hub.ts'
import { markSilentDevices, pingDevices } from './jobs.ts'
import { closeCodes } from './limits.ts'

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(() => h.close())

const one = async (): Promise<DeviceClient> => {
  const [device] = await manyDevices(h, 1)
  if (!device) throw new Error('no device')
  return device
}
const link = async ({ deviceId }: DeviceClient) => {
  const [row] = await h.house.db.execute<{ connected: boolean; transport: string | null; ordersHeld: number }>(
    sql`select connected, transport, orders_held as "ordersHeld" from device_link where device_id = ${deviceId}`,
  )
  return row
}
const states = async ({ deviceId }: DeviceClient) => (await eventsOf(h, deviceId)).map((event) => event.event)
const isConnected = (device: DeviceClient, connected: boolean) =>
  vi.waitFor(async () => expect((await link(device))?.connected).toBe(connected))

describe('a control connection', () => {
  test('says the device is there, acknowledges, and says when it has gone', async () => {
    const device = await one()
    const line = await device.connect()
    await line.say(device.heartbeat(), device.values({ weight: 12.5 }))
    expect(await link(device)).toMatchObject({ connected: true, transport: 'websocket' })
    await line.close()
    await isConnected(device, false)
    expect(await states(device)).toEqual(['device.connected', 'device.restarted', 'device.disconnected'])
  })

  test('AG05 takes messages once, over whichever transport they come', async () => {
    const device = await one()
    const line = await device.connect()
    const messages = device.number(device.values({ weight: 1 }), device.values({ weight: 2 }, h.clock.now() + 1))
    const last = messages.at(-1)?.seq ?? 0
    for (let i = 0; i < 3; i++) line.send(messages)
    await vi.waitFor(() => expect(line.heard.filter((one) => one.ack === last)).not.toHaveLength(0))
    expect((await device.post(messages)).body).toMatchObject({ ack: last })
    const [stored] = await h.house.db.execute(
      sql`select count(*)::int as n from sample where device_id = ${device.deviceId}`,
    )
    expect(stored).toEqual({ n: 2 })
    // A check-in that is posted beside it (a long log) does not take its place.
    expect(await link(device)).toMatchObject({ connected: true, transport: 'websocket' })
    await line.close()
  })

  test('a flood of frames is taken in order, each acknowledged after what was before it', async () => {
    const device = await one()
    const line = await device.connect()
    const frames = Array.from({ length: 500 }, (_, i) => device.number(device.values({ weight: i }, h.clock.now() + i)))
    for (const frame of frames) line.send(frame)
    await line.until((message) => message.ack === 500)
    const acks = line.heard.flatMap((message) => message.ack ?? [])
    expect(acks).toEqual(acks.toSorted((a, b) => a - b))
    const [stored] = await h.house.db.execute(
      sql`select count(*)::int as n from sample where device_id = ${device.deviceId}`,
    )
    expect(stored).toEqual({ n: 500 })
    await line.close()
  })

  test('a second one takes the place of the first, without the device having gone', async () => {
    const device = await one()
    const first = await device.connect()
    await first.say(device.heartbeat())
    const second = await device.connect()
    expect(await first.closed).toBe(closeCodes.replaced)
    await second.say(device.heartbeat())
    expect(await states(device)).toEqual(['device.connected', 'device.restarted'])
    expect(hubOf(h.house).connections.get(device.deviceId)).toBeDefined()
    await second.close()
    await isConnected(device, false)
  })

  test('one that another instance has replaced learns it with its next words', async () => {
    const device = await one()
    const line = await device.connect()
    await line.say(device.heartbeat())
    await h.house.db.execute(
      sql`update device_link set connection_id = ${randomUUID()} where device_id = ${device.deviceId}`,
    )
    await line.say(device.values({ weight: 5 }))
    expect(await line.closed).toBe(closeCodes.replaced)
    expect((await link(device))?.connected).toBe(true)
  })

  test('AG11 ends within a second when the device is revoked, and it cannot come back', async () => {
    const device = await enrolled(h, 'Balance 7')
    const line = await device.connect()
    await line.say(device.heartbeat())
    const known = await deviceById(h.house.db, device.deviceId)
    const actor = await h.house.access.actor((await h.as('administrator')).cookie().split('=')[1], '')
    if (!known || !actor) throw new Error('no device, or nobody to revoke it')
    const startedAt = performance.now()
    await revokeDevice(h.house, actor, known, 'stolen')
    await line.closed
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    // It is written down after the line was cut; only then is there one order.
    await isConnected(device, false)
    await expect(device.connect()).rejects.toThrow('401')
    expect((await device.say(device.heartbeat())).status).toBe(401)
    expect(await states(device)).toEqual([
      'device.added',
      'device.enrolled',
      'device.connected',
      'device.restarted',
      'device.revoked',
      'device.disconnected',
      'device.refused',
    ])
  })

  test('AG11 is not opened by a device that is revoked in the moment it comes', async () => {
    const device = await one()
    const [, line] = await Promise.all([
      h.house.db.execute(sql`update device set state = 'revoked' where id = ${device.deviceId}`),
      device.connect().catch((error: Error) => error),
    ])
    if (line instanceof Error) expect(line.message).toContain('401')
    else {
      line.send(device.number(device.heartbeat()))
      await line.closed
    }
  })

  test('WS04 AG09 whatever is not in the language closes it with a code, and harms nobody else', async () => {
    const [victim, bystander] = await manyDevices(h, 2)
    if (!victim || !bystander) throw new Error('no devices')
    const line = await bystander.connect()
    const said: [string | Buffer, number][] = [
      ['', closeCodes.malformed],
      ['{}', closeCodes.malformed],
      ['{"messages":[]}', closeCodes.malformed],
      ['['.repeat(60_000), closeCodes.malformed],
      ['{"messages":[{"type":"heartbeat","seq":"1"}]}', closeCodes.malformed],
      [Buffer.from([1, 2, 3]), closeCodes.bytes],
      ['x'.repeat(65_537), 1009],
    ]
    for (const [text, code] of said) {
      const bad = await victim.connect()
      bad.socket.send(text)
      expect([text.slice(0, 40), await bad.closed]).toEqual([text.slice(0, 40), code])
    }
    expect((await line.say(bystander.heartbeat())).ack).toBe(1)
    await line.close()
  })

  test('AG09 bytes that are no WebSocket at all end that socket only', async () => {
    const device = await one()
    const request = [
      `GET ${agentPaths.control} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      `Authorization: Bearer ${device.assertion()}`,
    ].join('\r\n')
    const socket = dial(Number(new URL(h.url).port), 'localhost')
    const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    socket.on('error', () => {})
    socket.write(`${request}\r\n\r\n`)
    socket.once('data', () => socket.write(Buffer.alloc(4_096, 0xff)))
    socket.resume()
    await ended
    await isConnected(device, false)
    expect((await device.say(device.heartbeat())).status).toBe(200)
  })

  test('WS01 is not opened for pages, whatever they hold', async () => {
    const device = await one()
    const socket = new WebSocket(h.wsUrl + agentPaths.control, {
      origin: h.url,
      headers: { authorization: `Bearer ${device.assertion()}` },
    })
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode)).on('error', () => {})
    })
    expect(status).toBe(403)
  })

  test('WS11 a peer that gives no sign of life is given up', async () => {
    const device = await one()
    const line = await device.connect({ autoPong: false })
    await line.say(device.heartbeat())
    for (let i = 0; i < 3; i++) await pingDevices.run(h.house)
    expect(await line.closed).toBe(1006)
    const lively = await device.connect()
    await lively.say(device.heartbeat())
    for (let i = 0; i < 5; i++) {
      const ponged = new Promise((resolve) => lively.socket.once('ping', resolve))
      await pingDevices.run(h.house)
      await ponged
      await lively.say(device.heartbeat())
    }
    await lively.close()
  })

  test('a device that says nothing for 45 s counts as gone, and is let back', async () => {
    const device = await one()
    const line = await device.connect()
    await line.say(device.heartbeat())
    h.clock.advance(seconds(44))
    await markSilentDevices.run(h.house)
    expect((await link(device))?.connected).toBe(true)
    h.clock.advance(seconds(2))
    await markSilentDevices.run(h.house)
    expect((await link(device))?.connected).toBe(false)
    await line.closed
    const again = await device.connect()
    await again.say(device.heartbeat())
    expect(await states(device)).toEqual([
      'device.connected',
      'device.restarted',
      'device.disconnected',
      'device.connected',
    ])
    await again.close()
  })
})

describe('what waits for a device', () => {
  const ordersOf = (token: string | undefined) => Orders.parse(decodeJwt(token ?? ''))

  test('newer orders go out when it comes, and at once while it is there', async () => {
    const device = await one()
    const line = await device.connect()
    const first = ordersOf((await line.until((message) => message.orders !== undefined)).orders)
    expect(first).toMatchObject({ aud: device.deviceId, version: 1, declaration: { driver: 'scale' } })
    await line.say(device.heartbeat({ policyVersion: 1 }))
    const signals = await h.house.db.transaction((tx) => raiseOrders(tx, { deviceId: device.deviceId }))
    for (const signal of signals) h.house.bus.publish(signal)
    const second = await line.until((message) => !!message.orders && ordersOf(message.orders).version === 2)
    expect(second.orders).toBeDefined()
    await line.say(device.heartbeat({ policyVersion: 2 }))
    expect((await link(device))?.ordersHeld).toBe(2)
    // Over HTTPS they come with the answer, for as long as the device has older ones.
    const [late] = await manyDevices(h, 1)
    if (!late) throw new Error('no device')
    expect((await late.say(late.heartbeat({ policyVersion: 0 }))).body.orders).toBeDefined()
    expect((await late.say(late.heartbeat({ policyVersion: 1 }))).body.orders).toBeUndefined()
    await line.close()
  })

  test('a device that claims to hold newer orders than there are is believed only as far as there are', async () => {
    const device = await one()
    expect((await device.say(device.heartbeat({ policyVersion: Number.MAX_SAFE_INTEGER }))).status).toBe(200)
    expect((await link(device))?.ordersHeld).toBe(1)
  })

  test('a queued action goes out at once, and again after the connection broke, until it is answered', async () => {
    const device = await one()
    const technician = await h.as('technician')
    const line = await device.connect()
    await line.say(device.heartbeat())
    const queued = await technician.post<{ id: string }>(`/api/devices/${device.deviceId}/actions/fetch_log`, {
      input: { name: 'agent' },
    })
    expect(queued.status).toBe(201)
    await line.until((message) => (message.commands?.length ?? 0) > 0)
    expect(line.commands()).toMatchObject([
      { jti: queued.body.id, aud: device.deviceId, action: 'fetch_log', input: { name: 'agent', lines: 500 } },
    ])
    await line.close()
    h.clock.advance(minutes(1))
    const again = await device.connect()
    await again.until((message) => (message.commands?.length ?? 0) > 0)
    expect((again.commands()[0] as Command).jti).toBe(queued.body.id)
    await again.say(device.receipt(queued.body.id, { result: { text: 'hello', truncated: false } }))
    await again.close()
    const third = await device.connect()
    await third.say(device.heartbeat())
    await third.close()
    expect(third.commands()).toEqual([])
    expect(await eventsOf(h, device.deviceId, 'action.delivered')).toHaveLength(1)
    expect(await eventsOf(h, device.deviceId, 'action.succeeded')).toMatchObject([{ actorKind: 'device' }])
  })
})
