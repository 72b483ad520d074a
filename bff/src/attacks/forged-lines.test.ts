import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { signInTry } from '../features/sign-in/tables.ts'
import { auditEvent, auditLine } from '../kernel/audit/tables.ts'
import { outboxMail } from '../kernel/outbox/tables.ts'
import type { Stage } from '../testing/deeds/stage.ts'
import { prepared } from '../testing/deeds.ts'
import { enrolDevice, enrolmentBody, newDeviceKey, tryToEnrol } from '../testing/device-client.ts'
import { codeFor, manyDevices } from '../testing/devices.ts'
import { changingDoors, filled, textFields } from '../testing/doors.ts'
import { allEventsOf } from '../testing/events.ts'
import { forgeries, forging } from '../testing/forgeries.ts'
import type { TestHouse } from '../testing/house.ts'
import { openStage } from '../testing/openings.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let h: TestHouse
let s: Stage
let close: () => Promise<void>
beforeAll(async () => {
  ;({ h, s, close } = await openStage())
})
afterAll(() => close())

/** A body with a text at a path as `textFields` writes it, in every element of a list. */
const withText = (body: unknown, path: string, text: string): unknown => {
  const [, name = '', rest = ''] = /^([^.[]*)\.?(.*)$/.exec(path) ?? []
  if (path === '') return text
  if (path.startsWith('[]')) {
    const after = path.slice(2).replace(/^\./, '')
    return Array.isArray(body) && body.length > 0
      ? body.map((one) => withText(one, after, text))
      : [withText({}, after, text)]
  }
  const known = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  if (name === '*')
    return Object.fromEntries(Object.entries(known).map(([key, one]) => [key, withText(one, rest, text)]))
  return { ...known, [name]: withText(known[name], rest, text) }
}

/** Every text in a value, keys included. */
const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => [key, ...textsIn(one)])
      : []

describe('IO05 no text that a person sends forges a line of the log:', () => {
  const doors = changingDoors
    .map((door) => ({ door, fields: textFields(door) }))
    .filter(({ fields }) => fields.length > 0)
  test('there are many such doors', () => expect(doors.length).toBeGreaterThan(30))

  test.each(doors.map((one) => [one.door.name, one] as const))('%s', async (_, { door, fields }) => {
    for (const field of fields) {
      let deed: Awaited<ReturnType<typeof prepared>> | undefined
      for (const text of forgeries) {
        // Wrong passwords keep nobody out here.
        if (!deed) await h.house.db.delete(signInTry)
        deed ??= await prepared(s, door.name)
        const path = filled(door.path, (name) => deed?.ids[name] ?? `no ${name}`)
        const { status } = await deed.by.send(door.method, path, withText(deed.body, field, text))
        expect([field, text.slice(0, 20), status < 500]).toEqual([field, text.slice(0, 20), true])
        // It was taken, or led to an answer that used the deed up.
        if (status !== 422) deed = undefined
      }
    }
  })
})

test('IO05 nor does what a browser says of itself, or a device that nobody knows yet', async () => {
  for (const text of forgeries) {
    // Of a header nothing that ends a line can be sent.
    const agent = Buffer.from(text.replace(/[\p{Cc}]/gu, ' ').slice(0, 2_000), 'utf8').toString('latin1')
    await fetch(`${h.url}/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gatehouse': '1', origin: h.house.origin, 'user-agent': agent },
      body: JSON.stringify({ email: `${text}@x.example`, password: text }),
    })
    const key = newDeviceKey()
    await tryToEnrol(h.url, enrolmentBody(key, text, { agentVersion: text, platform: text }))
  }
  const device = await enrolDevice(h.url, await codeFor(h, h.seeded.devices['Balance 7'] ?? ''), h.clock.now)
  expect(device.deviceId).toBeDefined()
})

test('IO05 nor what a device sends: one event for one message', async () => {
  const [device] = await manyDevices(h, 1)
  if (!device) throw new Error('no device')
  await device.say(device.heartbeat())
  const at = h.clock.now()
  for (const [i, text] of forgeries.entries()) {
    const raised = i % 2 === 0
    const alarm = {
      type: 'alarm',
      at,
      code: 'overload',
      raised,
      severity: 'warning',
      message: text.slice(0, 500),
    } as const
    const events = await allEventsOf(h.house, () => device.say(alarm), { deviceId: device.deviceId })
    expect(events.map(({ event }) => event)).toEqual([raised ? 'alarm.raised' : 'alarm.cleared'])
    device.bootId = crypto.randomUUID()
    const beat = device.heartbeat({ agentVersion: text.slice(0, 40), platform: text.slice(0, 200) })
    expect(
      (await allEventsOf(h.house, () => device.say(beat), { deviceId: device.deviceId })).map(({ event }) => event),
    ).toEqual(['device.restarted'])
    await device.say({ type: 'values', values: [{ key: 'made.up', at, value: text }] })
    await device.say({
      type: 'session',
      at,
      sessionId: crypto.randomUUID(),
      outcome: 'refused',
      because: text.slice(0, 500),
    })
    await device.say(device.receipt(crypto.randomUUID(), { outcome: 'failed', because: text.slice(0, 500) }))
  }
})

test('IO05 no control sign is in any event, nor in the subject of any mail', async () => {
  const lines = await h.house.db.select().from(auditLine)
  expect(lines.length).toBeGreaterThan(200)
  const events = await h.house.db.select({ canonical: auditEvent.canonical }).from(auditEvent)
  const bytes = events.map(({ canonical }) => JSON.parse(canonical.toString('utf8')) as unknown)
  const mails = await h.house.db.select({ subject: outboxMail.subject }).from(outboxMail)
  expect(mails.length).toBeGreaterThan(5)
  for (const one of [...lines.map(({ canonical: _, ...line }) => line), ...bytes, ...mails])
    for (const text of textsIn(one)) expect(text).not.toMatch(forging)
})
