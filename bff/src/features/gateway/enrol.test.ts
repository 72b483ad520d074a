import { Orders, signedTypes } from '@gatehouse/shared/agent/messages'
import { sql } from 'drizzle-orm'
import { importJWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { minutes } from '../../kernel/clock.ts'
import { enrolmentBody, newDeviceKey, signJws, tryToEnrol } from '../../testing/device-client.ts'
import { codeFor, enrolled, eventsOf } from '../../testing/devices.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { enrolmentLimit } from './limits.ts'

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(() => h.close())
// Refused tries of one test do not count against the next.
beforeEach(() => h.clock.advance(enrolmentLimit.within + 1))

const idOf = (name: string) => h.seeded.devices[name] ?? ''

describe('enrolling', () => {
  test('AG03 a code enrols one device with its own key, and pins the server and its orders', async () => {
    const device = await enrolled(h, 'Balance 7')
    expect(device.deviceId).toBe(idOf('Balance 7'))
    const { serverKeys = [], orders = '', serverId } = device.enrolled ?? {}
    expect(serverId).toBe(h.house.keys.serverId)
    const key = await importJWK({ ...serverKeys[0] }, 'EdDSA')
    const { payload } = await jwtVerify(orders, key, {
      typ: signedTypes.orders,
      audience: device.deviceId,
      currentDate: new Date(h.clock.now()),
    })
    expect(Orders.parse(payload)).toMatchObject({
      version: 1,
      declaration: { driver: 'scale' },
      policy: [{ level: 'customer' }],
    })
    expect(await eventsOf(h, device.deviceId, 'device.enrolled')).toMatchObject([{ actorKind: 'device' }])
    expect((await device.say(device.heartbeat())).status).toBe(200)
  })

  test('AG03 of two enrolments at the same instant one wins, and a used code opens nothing', async () => {
    const code = await codeFor(h, idOf('Balance 11'))
    const bodies = Array.from({ length: 6 }, () => enrolmentBody(newDeviceKey(), code))
    const answers = await Promise.all(bodies.map((body) => tryToEnrol(h.url, body)))
    expect(answers.map((one) => one.status).sort()).toEqual([200, 403, 403, 403, 403, 403])
    expect((await tryToEnrol(h.url, enrolmentBody(newDeviceKey(), code))).status).toBe(403)
    expect(await eventsOf(h, idOf('Balance 11'), 'device.enrolled')).toHaveLength(1)
    expect(await eventsOf(h, idOf('Balance 11'), 'device.enrolment_refused')).toHaveLength(6)
    // Nor does it when the device waits once more.
    await h.house.db.execute(sql`update device set state = 'awaiting_enrolment' where id = ${idOf('Balance 11')}`)
    expect((await tryToEnrol(h.url, enrolmentBody(newDeviceKey(), code))).status).toBe(403)
  })

  test('AG03 an expired code, an unknown one and a proof by another key are answered alike', async () => {
    const device = idOf('Weighing line 3')
    const late = await codeFor(h, device, minutes(5))
    h.clock.advance(minutes(6))
    const good = await codeFor(h, device)
    const [key, other] = [newDeviceKey(), newDeviceKey()]
    const foreign = signJws(other.key, { typ: signedTypes.enrolment }, { code: good })
    const ofAnotherCode = signJws(key.key, { typ: signedTypes.enrolment }, { code: late })
    const ofAnotherKind = signJws(key.key, { typ: signedTypes.assertion }, { code: good })
    const answers = await Promise.all([
      tryToEnrol(h.url, enrolmentBody(key, late)),
      tryToEnrol(h.url, enrolmentBody(key, 'GH-00000-00000-00000')),
      tryToEnrol(h.url, enrolmentBody(key, 'anything at all')),
      ...[foreign, ofAnotherCode, ofAnotherKind].map((proof) => tryToEnrol(h.url, enrolmentBody(key, good, { proof }))),
    ])
    const bodies = answers.map(({ status, body }) => ({
      status,
      error: { ...(body as unknown as { error: object }).error, correlationId: '' },
    }))
    expect(new Set(bodies.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(bodies[0]).toMatchObject({ status: 403, error: { code: 'code_unusable' } })
    // The good code was used by none of them.
    expect((await tryToEnrol(h.url, enrolmentBody(key, good))).status).toBe(200)
  })

  test('AG09 what is no enrolment is 400, whatever it is', async () => {
    for (const body of [
      '',
      'null',
      '[]',
      '{',
      '{"code":1}',
      '{"code":"GH-00000-00000-00000","publicKey":{}}',
      'a'.repeat(10_000),
    ])
      expect((await tryToEnrol(h.url, body)).status).toBe(400)
    expect((await tryToEnrol(h.url, 'a'.repeat(20_000))).status).toBe(413)
  })

  test('AU15 who tries too often from one address has to wait', async () => {
    const refused = () => tryToEnrol(h.url, enrolmentBody(newDeviceKey(), 'GH-00000-00000-00000'))
    for (let i = 0; i < enrolmentLimit.failures; i++) expect((await refused()).status).toBe(403)
    expect((await refused()).status).toBe(429)
    h.clock.advance(enrolmentLimit.within + 1)
    expect((await refused()).status).toBe(403)
  })
})
