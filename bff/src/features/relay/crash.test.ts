import { frameKinds } from '@gatehouse/shared/sessions/terminal-frames'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DeviceClient } from '../../testing/device-client.ts'
import { manyDevices } from '../../testing/devices.ts'
import { openTestHouse, signedInAt, type TestHouse } from '../../testing/house.ts'
import { type Instance, startInstance } from '../../testing/instance.ts'
import { deviceStream, goLive, grantOn, openSession, personStream, untilSaid } from '../../testing/sessions.ts'
import { session as sessionTable } from '../sessions/tables.ts'

let h: TestHouse
const running = new Set<Instance>()
beforeAll(async () => {
  h = await openTestHouse()
})
afterAll(async () => {
  for (const one of running) await one.kill()
  await h.close()
})

/** Another instance on the same database, in a process that can be killed. */
const instance = async (): Promise<Instance> => {
  const one = await startInstance(h.ownerUrl, h.house.settings.dataDir)
  running.add(one)
  return one
}

test('AP20 after a crash nothing resumes by itself: the session is over, and the next one has another epoch', async () => {
  const [{ deviceId, key } = { deviceId: '', key: undefined }] = await manyDevices(h, 1)
  if (!key) throw new Error('no device')
  const first = await instance()
  const at = (url: string) => {
    const place = { ...h, url, wsUrl: url.replace('http', 'ws') }
    const device = new DeviceClient({ url, key, deviceId, serverId: h.house.keys.serverId })
    return { place, device }
  }
  const [technician, approver] = await Promise.all([
    signedInAt(first.url, 'technician'),
    signedInAt(first.url, 'approver'),
  ])
  const one = await goLive(at(first.url).place, { technician, approver, device: at(first.url).device })
  one.writer.send(frameKinds.data, 'typed before the crash')
  await untilSaid(one.device, 'typed before the crash')
  await first.kill()
  await Promise.all([one.writer.closed, one.device.closed])
  const state = async () => {
    const [row] = await h.house.db.select().from(sessionTable).where(eq(sessionTable.id, one.session.id))
    return [row?.state, row?.cause]
  }
  expect(await state()).toEqual(['live', null])

  // On an instance that lives, neither side gets in again, although the lease has not run out yet.
  const { place: here, device: deviceHere } = at(h.url)
  const withHisCookie = {
    ...h.nobody,
    cookie: technician.cookie,
    post: <T>(path: string, body?: unknown) => h.nobody.send<T>('POST', path, body, { cookie: technician.cookie() }),
  }
  await expect(personStream(here, withHisCookie, one.session.id, 'write')).rejects.toThrow('409 wrong_state')
  await expect(deviceStream(deviceHere, one.session.id, one.grant.epoch)).rejects.toThrow('409 wrong_state')

  const second = await instance()
  expect(await state()).toEqual(['ended', 'server_stopping'])
  const again = at(second.url)
  const line = await again.device.connect()
  await line.say(again.device.heartbeat())
  const told = await line.until(({ ended }) => ended !== undefined)
  expect(told.ended).toContainEqual({ sessionId: one.session.id, epoch: one.grant.epoch })
  expect(line.heard.flatMap(({ grants }) => grants ?? [])).toEqual([])
  const [anna, clara] = await Promise.all([signedInAt(second.url, 'technician'), signedInAt(second.url, 'approver')])
  const view = (await anna.get<SessionView>(`/api/sessions/${one.session.id}`)).body
  expect(view).toMatchObject({ state: 'ended', causeSays: 'The server was stopped', may: { write: { ok: false } } })
  const next = await openSession(again.place, { technician: anna, approver: clara, device: again.device, line })
  expect((await grantOn(line, next.session.id)).epoch).toBe(one.grant.epoch + 1)
  await second.kill()
}, 180_000)
