import { setImmediate as turn } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ControlLine, DeviceClient } from '../../testing/device-client.ts'
import { manyDevices } from '../../testing/devices.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(() => h.close())

/** The transactions that wrote the present rows of these devices' links: rows of one transaction share their `xmin`. */
const transactions = async (devices: readonly DeviceClient[]): Promise<number> => {
  const ids = devices.map((device) => device.deviceId)
  const [row] = await h.house.db.execute<{ n: number }>(
    sql`select count(distinct xmin::text)::int as n from device_link where device_id = any(${sql.param(ids)}::uuid[])`,
  )
  return row?.n ?? 0
}
const stored = async (devices: readonly DeviceClient[]): Promise<number> => {
  const ids = devices.map((device) => device.deviceId)
  const [row] = await h.house.db.execute<{ n: number }>(
    sql`select count(*)::int as n from sample where device_id = any(${sql.param(ids)}::uuid[])`,
  )
  return row?.n ?? 0
}

describe('check-ins of many devices', () => {
  test('that arrive together are a few transactions, over the WebSocket', async () => {
    const devices = await manyDevices(h, 200)
    const lines = await Promise.all(devices.map((device) => device.connect()))
    await Promise.all(lines.map((line, i) => line.say(devices[i]?.heartbeat() ?? nothing())))
    await Promise.all(
      lines.map((line, i) => line.say(devices[i]?.values({ weight: i, drift: 0, vibration: 1 }) ?? nothing())),
    )
    expect(await transactions(devices)).toBeLessThanOrEqual(10)
    expect(await stored(devices)).toBe(600)
    await Promise.all(lines.map((line) => line.close()))
  })

  test('that arrive together are a few transactions, over HTTPS', async () => {
    const devices = await manyDevices(h, 100)
    const answers = await Promise.all(
      devices.map((device) => device.say(device.heartbeat(), device.values({ weight: 1 }))),
    )
    expect(answers.every((one) => one.status === 200 && one.body.ack === 2)).toBe(true)
    expect(await transactions(devices)).toBeLessThanOrEqual(25)
    expect(await stored(devices)).toBe(100)
  })

  test('one device whose words PostgreSQL will not take does not keep the others from being stored', async () => {
    const devices = await manyDevices(h, 40)
    const [bad, ...good] = devices
    if (!bad) throw new Error('no device')
    // Something nobody thought of, which only the database refuses.
    const owner = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
    await owner`alter table sample add constraint unthought_of check (value <> 666) not valid`
    const [refused, ...taken] = await Promise.all([
      bad.say(bad.values({ weight: 666 })),
      ...good.map((device) => device.say(device.values({ weight: 1 }))),
    ])
    expect(taken.every((one) => one.status === 200)).toBe(true)
    expect(refused?.status).toBe(422)
    expect(await stored(devices)).toBe(39)
    const line = await bad.connect()
    line.send(bad.number(bad.values({ weight: 666 })))
    expect(await line.closed).toBe(1008)
    await owner`alter table sample drop constraint unthought_of`
    await owner.end()
  })
})

const nothing = (): never => {
  throw new Error('no device')
}

describe('RE03 what was acknowledged is stored', () => {
  test('also when the connections to the database are cut again and again in the middle of batches', async () => {
    const devices = await manyDevices(h, 30)
    const owner = postgres(h.ownerUrl, { max: 1, onnotice: () => undefined })
    const acked = new Map<string, number>()
    let cutting = true
    let lost = 0
    const acknowledged = () => [...acked.values()].reduce((sum, n) => sum + n, 0)

    /** Says numbered values one after the other, and comes back whenever the line breaks; as an agent does. */
    const talk = async (device: DeviceClient): Promise<void> => {
      let line: ControlLine | undefined
      for (let value = 1; cutting || value <= 20; ) {
        const messages = device.number(device.values({ weight: value }, value * 1_000))
        const seq = messages[0]?.seq ?? 0
        for (let done = false; !done; ) {
          try {
            line ??= await device.connect()
            line.send(messages)
            await line.until((message) => (message.ack ?? 0) >= seq)
            acked.set(device.deviceId, value)
            done = true
          } catch {
            lost += 1
            line = undefined
            await turn()
          }
        }
        value += 1
      }
      await line?.close()
    }
    const cut = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) {
        const before = acknowledged()
        await owner`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'gatehouse' and datname = current_database()`
        // The next cut falls into the middle of work, not into the pause of the one before.
        await expect.poll(acknowledged, { timeout: 20_000 }).toBeGreaterThan(before + 40)
      }
      cutting = false
    }
    await Promise.all([cut(), ...devices.map(talk)])
    expect(lost).toBeGreaterThan(0)
    const rows = await owner<{ device_id: string; n: number; most: number; last_seq: number }[]>`
      select s.device_id, count(*)::int as n, max(s.value)::int as most
      from sample s where s.device_id = any(${devices.map((device) => device.deviceId)}::uuid[]) group by 1`
    await owner.end()
    for (const device of devices) {
      const row = rows.find((one) => one.device_id === device.deviceId)
      // Every value from the first to the last acknowledged one is there, each once.
      expect(row).toMatchObject({ n: row?.most ?? 0 })
      expect(row?.most).toBeGreaterThanOrEqual(acked.get(device.deviceId) ?? 0)
    }
  }, 60_000)
})
