import { fileURLToPath } from 'node:url'
import { activityNames } from '@gatehouse/shared/activities'
import { frameKinds } from '@gatehouse/shared/sessions/terminal-frames'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Persona } from '../demo/people.ts'
import { auditPending } from '../kernel/audit/tables.ts'
import { manyDevices } from '../testing/devices.ts'
import { filled, guardedDoors, peoplesDoors } from '../testing/doors.ts'
import { openTestHouse, type TestHouse, type Visitor } from '../testing/house.ts'
import { reads } from '../testing/reads.ts'
import { answer, ask, goLive, untilSaid } from '../testing/sessions.ts'
import { signAll } from '../testing/signing.ts'
import { pathWords, seedStories } from '../testing/stories.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const everybody = ['technician', 'administrator', 'auditor', 'approver', 'reader'] as const satisfies Persona[]
const listed = fileURLToPath(new URL('./allowed-fields.txt', import.meta.url))

let h: TestHouse
let ids: Record<string, string>
const visitors: Partial<Record<Persona, Visitor>> = {}

const ok = <T>({ status, body }: { status: number; body: T }): T => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}

/** Lets everything happen that fills a field: values, alarms, requests with answers, a session, its recording, actions. */
const fillEverything = async (): Promise<void> => {
  const [technician, approver, administrator] = [visitors.technician, visitors.approver, visitors.administrator]
  if (!technician || !approver || !administrator) throw new Error('nobody')
  const [device] = await manyDevices(h, 1)
  if (!device) throw new Error('no device')
  const line = await device.connect()
  await line.say(device.heartbeat({ policyVersion: 1 }), device.values({ weight: 1.5, stability: true }), {
    type: 'alarm',
    at: h.clock.now(),
    code: 'overload',
    raised: true,
    severity: 'critical',
    message: 'Overload',
  })
  const live = await goLive(h, { technician, approver, device, line })
  live.writer.send(frameKinds.data, 'who\r')
  await untilSaid(live.device, 'who')
  ok(await technician.post(`/api/sessions/${live.session.id}/end`, { comment: 'done' }))
  await Promise.all([live.writer.closed, live.device.closed])
  const { body: denied } = await ask(h, technician, device.deviceId)
  ok(await answer(approver, denied, { answer: 'deny', comment: 'not today' }))
  const { body: waiting } = await ask(h, technician, device.deviceId)
  const queued = ok(
    await technician.post<{ id: string }>(`/api/devices/${device.deviceId}/actions/fetch_log`, {
      input: { name: 'agent' },
    }),
  )
  const told = await line.until((message) => (message.commands ?? []).length > 0)
  expect(told.commands).toHaveLength(1)
  await line.say(device.receipt(queued.id, { result: { text: 'a log', truncated: false } }))
  const { rows: alarms } = ok(await approver.get<{ rows: { id: string }[] }>(`/api/devices/${device.deviceId}/alarms`))
  const alarmId = alarms[0]?.id ?? ''
  ok(await approver.post(`/api/alarms/${alarmId}/acknowledge`, { note: 'seen' }))
  const root = `/api/customers/${ids.customerId}`
  const networks = [
    { cidr: '127.0.0.0/8', note: 'here' },
    { cidr: '::1/128', note: '' },
  ]
  ok(await approver.send('PUT', `${root}/networks`, { networks, version: 0 }))
  ok(await administrator.send('PUT', '/api/staff/networks', { networks, version: 0 }))
  const { version } = ok(await approver.get<{ version: number }>(`${root}/policy`))
  const weekly = { inside: 'ask', outside: 'never', windows: [{ weekdays: ['sat'], from: '22:00', to: '06:00' }] }
  ok(
    await approver.send('PUT', `${root}/policy/site/${ids.siteId}`, {
      rules: { 'action.restart_agent': weekly },
      version,
    }),
  )
  ok(await administrator.post(`/api/security-reports/${ids.reportId}/answers`, { text: 'We look into it.' }))
  Object.assign(ids, {
    deviceId: device.deviceId,
    requestId: waiting.id,
    sessionId: live.session.id,
    alarmId,
    actionId: queued.id,
  })
  await line.close()
  // What an event's page shows of its proof is there once it has been signed.
  const waitingEvents = () => h.house.db.select().from(auditPending)
  await vi.waitFor(async () => expect(await waitingEvents()).toEqual([]), { timeout: 20_000 })
  await signAll(h.house)
}

beforeAll(async () => {
  h = await openTestHouse()
  ids = await seedStories(h)
  for (const who of everybody) visitors[who] = await h.as(who)
  await fillEverything()
})
afterAll(() => h.close())

const isId = (name: string) => /^[0-9a-f]{8}-/.test(name)
/** The verdict that travels with a thing: whether it may be done, and why not. */
const isVerdict = (value: object): boolean => 'ok' in value && typeof value.ok === 'boolean'
const isWord = (name: string) => (activityNames as string[]).includes(name)

/** Every path to a value in an answer; the rows of a list are one, and so are names that are data themselves. */
const pathsIn = (value: unknown, at = ''): string[] => {
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => pathsIn(one, `${at}[]`)))]
  if (typeof value !== 'object' || value === null || isVerdict(value)) return [at || '(a value)']
  const own = Object.entries(value).flatMap(([name, one]) => {
    // What an event tells, and what an action was given, are words of their own tables.
    if (/(^|\.)(fields|input|result)$/.test(at)) return [`${at}.*`]
    const key = isId(name) ? '<id>' : isWord(name) ? '<activity>' : name
    return pathsIn(one, at ? `${at}.${key}` : key)
  })
  return own.length > 0 ? [...new Set(own)] : [`${at}{}`]
}

const reading = [...guardedDoors, ...peoplesDoors.filter(({ guard }) => guard?.kind === 'open')].filter(
  ({ method, path }) => method === 'GET' && path !== '/api/live',
)

describe('AZ07 an answer has these fields and no others:', () => {
  const told: Record<string, string[]> = {}
  test.each(reading.map((door) => [door.name, door] as const))('%s', async (name, door) => {
    const path = filled(door.path, (one) => pathWords[one] ?? ids[one] ?? '') + (reads[door.name] ?? '')
    for (const who of everybody) {
      const { status, body } = (await visitors[who]?.get(path)) ?? { status: 0, body: null }
      if (status !== 200) continue
      const of = `${name}\n  ${typeof body === 'string' ? '(a file)' : pathsIn(body).sort().join('\n  ')}`
      told[of] = [...(told[of] ?? []), who]
    }
  })

  test('as they stand in allowed-fields.txt: read what is new there, then take it by -u', async () => {
    const text = Object.entries(told)
      .map(([of, who]) => of.replace('\n', `, to ${who.join(', ')}\n`))
      .sort()
      .join('\n\n')
    await expect(`${text}\n`).toMatchFileSnapshot(listed)
  })

  test('and none is called like a secret', () => {
    const names = new Set(
      Object.keys(told).flatMap((of) => of.split('\n').flatMap((line) => line.trim().split(/[.[\]]+/))),
    )
    for (const name of names)
      expect(name).not.toMatch(
        /[A-Za-z]Hash$|password(?!Due)|secret|token|pepper|cookie|privateKey|publicKey|proof$|^sql|stack/i,
      )
  })
})
