import { randomUUID } from 'node:crypto'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import type { CurrentValue, TrendView } from '@gatehouse/shared/views/telemetry'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minutes, seconds } from '../../kernel/clock.ts'
import { type DeviceAnswer, type DeviceClient, newDeviceKey } from '../../testing/device-client.ts'
import { enrolled, eventsOf, manyDevices } from '../../testing/devices.ts'
import type { TestHouse, Visitor } from '../../testing/house.ts'
import { openEnrolled } from '../../testing/openings.ts'
import { markSilentDevices } from './jobs.ts'

let h: TestHouse
let device: DeviceClient
let technician: Visitor
beforeAll(async () => {
  ;({ h, device, technician } = await openEnrolled('Balance 7'))
})
afterAll(() => h.close())

const samples = (of: DeviceClient, key: string): Promise<{ value: number; seq: number; customer: string }[]> =>
  h.house.db.execute(sql`
    select value, seq::int as seq, customer_id as customer from sample
    where device_id = ${of.deviceId} and key = ${key} order by seq`)
const link = async (of: DeviceClient) => {
  const [row] = await h.house.db.execute<{
    connected: boolean
    transport: string
    lastSeq: number
    undeclared: number
    heard: number
  }>(
    sql`select connected, transport, last_seq::int as "lastSeq", undeclared_dropped as undeclared,
      last_heard_at::float8 as heard from device_link where device_id = ${of.deviceId}`,
  )
  return row
}
const code = ({ status, body }: DeviceAnswer) => `${status} ${(body as { error?: { code: string } }).error?.code ?? ''}`

describe('a check-in', () => {
  test('AG05 a message has one effect, however often and in whatever order it comes', async () => {
    const messages = device.number(
      device.heartbeat(),
      device.values({ weight: 1 }),
      device.values({ weight: 2 }, h.clock.now() + 1),
      device.values({ weight: 3 }, h.clock.now() + 2),
    )
    const last = messages.at(-1)?.seq
    for (let i = 0; i < 3; i++)
      expect(await device.post(messages.toReversed())).toEqual({ status: 200, body: { ack: last } })
    expect((await samples(device, 'weight')).map((one) => one.value)).toEqual([1, 2, 3])
    expect(await device.post(messages.slice(0, 2))).toMatchObject({ body: { ack: last } })
    const { body } = await technician.get<CurrentValue[]>(`/api/devices/${device.deviceId}/values`)
    expect(body).toMatchObject([{ key: 'weight', value: 3 }])
    expect(await eventsOf(h, device.deviceId, 'device.restarted')).toHaveLength(1)
  })

  test('AG05 gaps are accepted, and what came before them is not taken any more', async () => {
    const [early, late] = [device.number(device.values({ drift: 1 })), device.number(device.values({ drift: 2 }))]
    expect((await device.post(late)).body.ack).toBe(late[0]?.seq)
    expect((await device.post(early)).body.ack).toBe(late[0]?.seq)
    expect((await samples(device, 'drift')).map((one) => one.value)).toEqual([2])
  })

  test('AZ15 every value is tagged with its customer and the message that brought it', async () => {
    const [message] = device.number(device.values({ temperature: 21.5 }))
    await device.post(message ? [message] : [])
    expect(await samples(device, 'temperature')).toEqual([
      { value: 21.5, seq: message?.seq, customer: h.seeded.customers['Helvetia Pharma'] },
    ])
  })

  test('a value never goes back in time, and no device makes one that is newer than now', async () => {
    const now = h.clock.now()
    await device.say(device.values({ vibration: 5 }, now), device.values({ vibration: 4 }, now - minutes(3)))
    await device.say(device.values({ vibration: 3 }, now - minutes(2)))
    const vibration = async () =>
      (await technician.get<CurrentValue[]>(`/api/devices/${device.deviceId}/values`)).body.find(
        (one) => one.key === 'vibration',
      )
    expect(await vibration()).toMatchObject({ value: 5, at: now })
    await device.say(device.values({ vibration: 6 }, now + minutes(60)))
    const future = await vibration()
    expect(future?.value).toBe(6)
    expect(Math.abs((future?.at ?? 0) - h.clock.now())).toBeLessThan(seconds(30))
  })

  test('AG10 what the model does not declare is dropped, counted, and told once per key', async () => {
    const before = (await link(device))?.undeclared ?? 0
    for (let i = 0; i < 3; i++)
      await device.say(
        device.values({ 'secret.thing': i, stability: true }),
        // Declared, but as a number.
        device.values({ weight: 'heavy' }),
        { type: 'alarm', at: 0, code: 'made.up', raised: true, severity: 'critical', message: 'x' },
      )
    expect((await link(device))?.undeclared).toBe(before + 9)
    const told = await eventsOf(h, device.deviceId, 'device.undeclared_item')
    expect(told.map((one) => one.fields.key).sort()).toEqual(['made.up', 'secret.thing', 'weight'])
    const { body } = await technician.get<CurrentValue[]>(`/api/devices/${device.deviceId}/values`)
    expect(body.map((one) => one.key)).not.toContain('secret.thing')
    expect(body).toContainEqual(expect.objectContaining({ key: 'stability', value: true }))
    const [stored] = await h.house.db.execute(sql`select count(*)::int as n from alarm where code = 'made.up'`)
    expect(stored).toEqual({ n: 0 })
  })

  test('AG10 a device that makes up keys without end fills neither the log nor the tables', async () => {
    const [chatty] = await manyDevices(h, 1)
    if (!chatty) throw new Error('no device')
    for (let i = 0; i < 3; i++)
      await chatty.say(
        chatty.values(Object.fromEntries(Array.from({ length: 100 }, (_, j) => [`made.up_${i}_${j}`, 1]))),
      )
    expect((await eventsOf(h, chatty.deviceId, 'device.undeclared_item')).length).toBeLessThanOrEqual(200)
    expect((await link(chatty))?.undeclared).toBe(300)
  })

  test('IO01 text of a device is kept and answered as it came, NUL and half surrogates apart', async () => {
    const host = await enrolled(h, 'Weighing line 3')
    const markup = '<img src=x onerror="alert(1)">\u2028\u202e{{7*7}}\r\n\u001b[2J\'; drop table device; --'
    await host.say(host.values({ 'host.name': markup, 'os.name': `a\0b\ud800c` }))
    const { body } = await technician.get<CurrentValue[]>(`/api/devices/${host.deviceId}/values`)
    expect(body.find((one) => one.key === 'host.name')?.value).toBe(markup)
    expect(body.find((one) => one.key === 'os.name')?.value).toBe('a\ufffdb\ufffdc')
    await host.say(host.heartbeat({ platform: markup, agentVersion: '<b>1</b>' }))
    const view = (await technician.get<DeviceView>(`/api/devices/${host.deviceId}`)).body
    expect(view).toMatchObject({ platform: markup, agentVersion: '<b>1</b>' })
  })

  test('AG09 malformed check-ins are 400 and never more than that', async () => {
    const bad = [
      '',
      'null',
      '{}',
      '{"messages":[]}',
      '{"messages":{}}',
      '{"messages":[{"type":"nothing","seq":1}]}',
      '{"messages":[{"type":"values","seq":-1,"values":[]}]}',
      '{"messages":[{"type":"values","seq":1e400,"values":[{"key":"weight","at":1,"value":1}]}]}',
      '{"messages":[{"type":"values","seq":1,"values":[{"key":"__proto__","at":1,"value":1}]}]}',
      '['.repeat(100_000),
      `{"messages":[{"type":"receipt","seq":1,"at":1,"actionId":"${randomUUID()}","outcome":"x"}]}`,
    ]
    for (const body of bad) expect(code(await device.post(body))).toBe('400 malformed')
    const nested = `{"messages":[{"type":"receipt","seq":${2 ** 40},"at":1,"actionId":"${randomUUID()}","outcome":"succeeded","proof":"a.b.c","result":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}]}`
    const [other] = await manyDevices(h, 1)
    expect([200, 400]).toContain((await other?.post(nested))?.status)
    expect(code((await other?.post('x'.repeat(2 * 1024 * 1024 + 1))) ?? { status: 0, body: {} })).toBe('413 too_large')
  })

  test('AG09 whatever is shaped a little like a check-in is answered, never with 5xx', async () => {
    const [victim] = await manyDevices(h, 1)
    if (!victim) throw new Error('no device')
    const text = (maxLength: number) =>
      fc.oneof(
        fc.string({ unit: 'binary', maxLength }),
        fc.constantFrom('', '\0', '\ud800', '__proto__', "'; --", '{"a":1}', '\\'),
      )
    const time = fc.oneof(fc.nat(), fc.constantFrom(0, 8_640_000_000_000_000))
    const seq = fc.integer({ min: 1, max: 10 })
    const value = fc.oneof(text(50), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer())
    const origin = `${h.house.keys.serverId}/audit/${h.seeded.customers['Helvetia Pharma']}`
    const size = fc.oneof(fc.maxSafeNat().map(String), fc.constantFrom('0', '9007199254740992', '-1', '1e9', '\u0661'))
    const root = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64'))
    const note = fc
      .tuple(fc.oneof(fc.constant(origin), text(30)), size, root, root)
      .map(([of, count, hash, line]) => `${of}\n${count}\n${hash}\n\n\u2014 ${origin} ${line}\n`)
    const key = fc.constantFrom('weight', 'stability', 'drift', 'temperature', 'made.up', 'constructor')
    const good = fc.oneof(
      fc.record({
        type: fc.constant('heartbeat'),
        seq,
        at: time,
        agentVersion: text(20),
        bootId: fc.uuid(),
        platform: text(50),
        policyVersion: fc.nat(),
        waiting: fc.nat(),
        log: fc.option(
          fc.record(
            { key: text(200), note: fc.oneof(note, text(200)), asks: fc.boolean() },
            { requiredKeys: ['asks'] },
          ),
          { nil: undefined },
        ),
      }),
      fc.record(
        { type: fc.constant('log_refused'), seq, at: time, because: text(50), held: note, offered: note },
        { requiredKeys: ['type', 'seq', 'at', 'because', 'offered'] },
      ),
      fc.record({
        type: fc.constant('values'),
        seq,
        values: fc.array(fc.record({ key, at: time, value }), { minLength: 1, maxLength: 8 }),
      }),
      fc.record({
        type: fc.constant('alarm'),
        seq,
        at: time,
        code: fc.constantFrom('overload', 'calibration.due', 'made.up'),
        raised: fc.boolean(),
        severity: fc.constantFrom('info', 'warning', 'critical'),
        message: text(100),
      }),
      fc.record({
        type: fc.constant('receipt'),
        seq,
        at: time,
        actionId: fc.uuid(),
        outcome: fc.constantFrom('succeeded', 'failed', 'refused'),
        result: fc.jsonValue(),
        because: text(50),
        proof: text(50),
      }),
      fc.record({
        type: fc.constant('session'),
        seq,
        at: time,
        sessionId: fc.uuid(),
        outcome: fc.constantFrom('refused', 'ended_at_machine'),
        because: text(50),
      }),
    )
    const fields = fc.constantFrom('type', 'seq', 'at', 'values', 'code', 'result', 'because', 'bootId')
    /** Now and then one field of a good message is something else altogether. */
    const spoilt = fc
      .tuple(good, fields, fc.jsonValue())
      .map(([message, field, other]) => ({ ...message, [field]: other }))
    const message = fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: spoilt })
    const answered = new Map<number, number>()
    let base = 0
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 4 }), async (messages) => {
        // Above all that came before: what is old has no effect, and nothing to stumble over.
        base += 10
        const numbered = messages.map((one) => (Number.isInteger(one.seq) ? { ...one, seq: base + one.seq } : one))
        const { status } = await victim.post(JSON.stringify({ messages: numbered }))
        answered.set(status, (answered.get(status) ?? 0) + 1)
        expect([200, 400]).toContain(status)
      }),
      { numRuns: 300 },
    )
    // Both kinds were among them.
    expect([...answered.keys()].sort()).toEqual([200, 400])
  }, 60_000)
})

describe('who a device is', () => {
  test('AG01 an assertion that is wrong in any way is answered like that of a device nobody knows', async () => {
    const other = await enrolled(h, 'Balance 11')
    const iat = Math.floor(h.clock.now() / 1_000)
    const wrong = {
      'another key': device.assertion({ key: other.key }),
      'another device': device.assertion({ claims: { iss: other.deviceId, sub: other.deviceId } }),
      'another subject': device.assertion({ claims: { sub: other.deviceId } }),
      'another server': device.assertion({ claims: { aud: 'somebody' } }),
      'no device': device.assertion({ claims: { iss: randomUUID() } }),
      'no id at all': device.assertion({ claims: { iss: "' or 1=1" } }),
      'another kind': device.assertion({ header: { typ: 'gatehouse-receipt+jwt' } }),
      'nearly its kind': device.assertion({ header: { typ: 'GATEHOUSE-assertion+jwt' } }),
      'no algorithm': device.assertion({ header: { alg: 'none' } }),
      'another algorithm': device.assertion({ header: { alg: 'HS256' } }),
      expired: device.assertion({ claims: { iat: iat - 120, exp: iat - 61 } }),
      'good for too long': device.assertion({ claims: { exp: iat + 3_600 } }),
      'from the future': device.assertion({ claims: { iat: iat + 40, exp: iat + 50 } }),
      'without a number': device.assertion({ claims: { jti: undefined } }),
      'without an end': device.assertion({ claims: { exp: undefined } }),
      'a key of its own in the header': device.assertion({
        key: other.key,
        header: { jwk: { kty: 'OKP', crv: 'Ed25519', x: other.key.x } },
      }),
      garbage: 'a.b.c',
      nothing: '',
    }
    const answers = await Promise.all(
      Object.values(wrong).map((assertion) => device.post(device.number(device.heartbeat()), assertion)),
    )
    const bodies = answers.map(({ status, body }) => ({
      status,
      error: { ...(body as { error?: object }).error, correlationId: '' },
    }))
    for (const [i, body] of bodies.entries())
      expect([Object.keys(wrong)[i], body]).toEqual([Object.keys(wrong)[i], bodies[0]])
    expect(bodies[0]).toMatchObject({ status: 401, error: { code: 'agent_unknown' } })
  })

  test('AG06 an assertion opens one door once', async () => {
    const assertion = device.assertion()
    expect((await device.post(device.number(device.heartbeat()), assertion)).status).toBe(200)
    expect((await device.post(device.number(device.heartbeat()), assertion)).status).toBe(401)
    await expect(device.connect({ assertion })).rejects.toThrow('401')
    const twice = device.assertion()
    const messages = device.number(device.values({ weight: 77 }))
    const answers = await Promise.all([device.post(messages, twice), device.post(messages, twice)])
    expect(answers.map((one) => one.status).sort()).toEqual([200, 401])
  })

  test('AG06 old traffic has no effect after a minute, even with a fresh assertion', async () => {
    const messages = device.number(device.values({ weight: 78 }))
    const assertion = device.assertion()
    await device.post(messages, assertion)
    h.clock.advance(minutes(2))
    expect((await device.post(messages, assertion)).status).toBe(401)
    const before = await samples(device, 'weight')
    expect((await device.post(messages)).status).toBe(200)
    expect(await samples(device, 'weight')).toEqual(before)
  })

  test('a refused device is logged once a minute', async () => {
    const [refused] = await manyDevices(h, 1)
    if (!refused) throw new Error('no device')
    const knock = () => refused.post(refused.number(refused.heartbeat()), refused.assertion({ key: newDeviceKey() }))
    for (let i = 0; i < 5; i++) await knock()
    expect(await eventsOf(h, refused.deviceId, 'device.refused')).toHaveLength(1)
    h.clock.advance(minutes(1))
    await knock()
    expect(await eventsOf(h, refused.deviceId, 'device.refused')).toHaveLength(2)
  })

  test('AG02 what a device has opens no door of the people', async () => {
    const headers = { authorization: `Bearer ${device.assertion()}` }
    for (const path of [
      '/api/me',
      '/api/alarms',
      `/api/devices/${device.deviceId}`,
      `/api/devices/${device.deviceId}/values`,
    ])
      expect((await h.nobody.send('GET', path, undefined, headers)).status).toBe(401)
  })

  test('AG11 a revoked device is refused, also where it had been known a moment ago', async () => {
    const [gone] = await manyDevices(h, 1)
    if (!gone) throw new Error('no device')
    expect((await gone.say(gone.heartbeat())).status).toBe(200)
    await h.house.db.execute(sql`update device set state = 'revoked' where id = ${gone.deviceId}`)
    expect((await gone.say(gone.values({ weight: 1 }))).status).toBe(401)
    expect(await samples(gone, 'weight')).toEqual([])
  })
})

describe('the state of the connection over HTTPS', () => {
  test('one event when it comes, none for each check-in, one when it has been silent for 90 s', async () => {
    const [polling] = await manyDevices(h, 1)
    if (!polling) throw new Error('no device')
    const states = async () => (await eventsOf(h, polling.deviceId)).map((one) => one.event)
    await polling.say(polling.heartbeat())
    h.clock.advance(seconds(30))
    await polling.say(polling.heartbeat())
    expect(await link(polling)).toMatchObject({ connected: true, transport: 'https' })
    expect(await states()).toEqual(['device.connected', 'device.restarted'])
    h.clock.advance(seconds(85))
    await markSilentDevices.run(h.house)
    expect((await link(polling))?.connected).toBe(true)
    h.clock.advance(seconds(10))
    await markSilentDevices.run(h.house)
    expect((await link(polling))?.connected).toBe(false)
    expect(await states()).toEqual(['device.connected', 'device.restarted', 'device.disconnected'])
    polling.bootId = randomUUID()
    await polling.say(polling.heartbeat())
    expect((await states()).slice(3)).toEqual(['device.connected', 'device.restarted'])
  })
})

describe('trends', () => {
  test('show the last value before the window, all points of a short one, and the extremes of a long one', async () => {
    const [balance] = await manyDevices(h, 1)
    if (!balance) throw new Error('no device')
    const start = h.clock.now() - minutes(600)
    const series = Array.from({ length: 5_000 }, (_, i): [number, number] => [
      start + i * 1_000,
      i === 2_500 ? 999 : i % 7,
    ])
    for (let i = 0; i < series.length; i += 500) {
      const values = series.slice(i, i + 500).map(([at, value]) => ({ key: 'weight', at, value }))
      await balance.say({ type: 'values', values })
    }
    const path = `/api/devices/${balance.deviceId}/trends/weight`
    const short = (await technician.get<TrendView>(`${path}?from=${start + 100_500}&to=${start + 200_000}`)).body
    expect(short).toMatchObject({ thinned: false, zone: 'Europe/Zurich', before: [start + 100_000, 100 % 7] })
    expect(short.points).toEqual(series.slice(101, 201))
    const long = (await technician.get<TrendView>(`${path}?from=${start}&to=${start + 5_000_000}`)).body
    expect(long.thinned).toBe(true)
    expect(long.before).toBeNull()
    expect(long.points.length).toBeLessThanOrEqual(2_002)
    expect(long.points).toContainEqual([start + 2_500_000, 999])
    expect(long.points.map(([at]) => at)).toEqual(long.points.map(([at]) => at).toSorted((a, b) => a - b))
    // An unchanged value is sent anew every 15 minutes: that is no gap, half an hour without anything is one.
    expect(long.gapAfter).toBeGreaterThan(minutes(15))
    expect(long.gapAfter).toBeLessThan(minutes(30))
  })

  test('AZ03 of a foreign device, an unknown one, and of what is no number, there is nothing', async () => {
    const foreign = h.seeded.devices['Checkweigher 2']
    for (const id of [foreign, randomUUID(), 'x'])
      expect((await technician.get(`/api/devices/${id}/trends/weight`)).status).toBe(404)
    for (const key of ['display', 'stability', 'nothing.known'])
      expect((await technician.get(`/api/devices/${device.deviceId}/trends/${key}`)).status).toBe(404)
    expect((await technician.get(`/api/devices/${device.deviceId}/trends/weight?from=5&to=1`)).status).toBe(422)
  })
})
